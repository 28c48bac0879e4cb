package control_test

import (
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"sallyport/appliance/control"
	"sallyport/appliance/control/controltest"
)

// endless never runs out of sessions, so that only the server's care for a
// reader who does not read can end it.
type endless struct {
	*controltest.Backend
	ended chan struct{}
}

func (e endless) Sessions(yield func(control.Session) bool) {
	defer close(e.ended)
	for s := (control.Session{Protocol: "tcp"}); yield(s); s.ID++ {
	}
}

func TestStalledReaderIsCutOff(t *testing.T) {
	e := endless{controltest.New(), make(chan struct{})}
	s := control.New(e, zerolog.Nop())
	s.SetStall(20 * time.Millisecond)
	path := t.TempDir() + "/s"
	if err := s.Listen(path, ""); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	go s.Serve()
	c, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "GET /v1/sessions HTTP/1.1\r\nHost: x\r\n\r\n")
	select {
	case <-e.ended:
	case <-time.After(10 * time.Second):
		t.Error("the listing outlived its reader")
	}
}

// While one peer reads slowly, another is answered.
func TestSlowReaderHoldsNobodyUp(t *testing.T) {
	e := endless{controltest.New(), make(chan struct{})}
	path := controltest.Serve(t, e)
	c, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "GET /v1/sessions HTTP/1.1\r\nHost: x\r\n\r\n")
	if _, err := c.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if _, err := control.NewClient(path).Stats(t.Context()); err != nil {
		t.Error(err)
	}
}
