package control_test

import (
	"os"
	"testing"

	"sallyport/appliance/control"
	"sallyport/appliance/control/controltest"
)

// asked keeps who has asked for a reload.
type asked struct {
	*controltest.Backend
	by chan control.Peer
}

func (a asked) Reload(_ control.Consent, by control.Peer) (control.Reloaded, error) {
	a.by <- by
	return control.Reloaded{}, nil
}

func TestPeerIsWhoeverIsAtTheOtherEnd(t *testing.T) {
	b := asked{controltest.New(), make(chan control.Peer, 1)}
	if _, err := control.NewClient(controltest.Serve(t, b)).Reload(t.Context(), control.Consent{}); err != nil {
		t.Fatal(err)
	}
	if got, want := <-b.by, (control.Peer{UID: uint32(os.Getuid()), PID: int32(os.Getpid())}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}
