package control_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/rs/zerolog"

	"sallyport/appliance/control"
	"sallyport/appliance/control/controltest"
)

// same compares answers as they went over the wire: addresses by value, empty
// lists and missing ones alike.
var same = cmp.Options{cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}), cmpopts.EquateEmpty()}

func listed(t *testing.T, c *control.Client, filter string) (all []control.Session) {
	t.Helper()
	err := c.Sessions(t.Context(), filter, func(s control.Session) bool {
		all = append(all, s)
		return true
	})
	if err != nil {
		t.Fatalf("sessions %q: %v", filter, err)
	}
	return all
}

func TestAnswersAreTheBackends(t *testing.T) {
	b := controltest.New()
	c := control.NewClient(controltest.Serve(t, b))
	status, err1 := c.Status(t.Context())
	stats, err2 := c.Stats(t.Context())
	rules, err3 := c.Rules(t.Context())
	timeouts, err4 := c.Timeouts(t.Context())
	fragments, err5 := c.Fragments(t.Context())
	oneWay, err6 := c.Asymmetric(t.Context())
	if err := errors.Join(err1, err2, err3, err4, err5, err6); err != nil {
		t.Fatal(err)
	}
	for _, d := range []string{
		cmp.Diff(b.Status(), status, same), cmp.Diff(b.Stats(), stats, same), cmp.Diff(b.Rules(), rules, same),
		cmp.Diff(b.Timeouts(), timeouts, same), cmp.Diff(b.Asymmetric(), oneWay, same), cmp.Diff(b.Fragments(), fragments, same),
		cmp.Diff(controltest.Sessions(), listed(t, c, ""), same),
	} {
		if d != "" {
			t.Error(d)
		}
	}
}

func TestFilterIsAppliedByTheServer(t *testing.T) {
	c := control.NewClient(controltest.Serve(t, controltest.New()))
	got := listed(t, c, "tcp and not nat internet")
	if len(got) != 1 || got[0].ID != 2 {
		t.Errorf("got %+v", got)
	}
	err := c.Sessions(t.Context(), "tcp and stat new", func(control.Session) bool { return true })
	want := &control.FilterError{Offset: 8, Message: `"stat" is not a term`, Hint: `"state"`}
	var got2 *control.FilterError
	if !errors.As(err, &got2) || *got2 != *want {
		t.Errorf("got %#v", err)
	}
}

func TestListingStopsWhenTheReaderDoes(t *testing.T) {
	c := control.NewClient(controltest.Serve(t, controltest.New()))
	n := 0
	err := c.Sessions(t.Context(), "", func(control.Session) bool { n++; return n < 2 })
	if err != nil || n != 2 {
		t.Errorf("%d sessions, %v", n, err)
	}
}

func TestKill(t *testing.T) {
	c := control.NewClient(controltest.Serve(t, controltest.New()))
	if _, err := c.Kill(t.Context(), ""); err == nil || !strings.Contains(err.Error(), `"all"`) {
		t.Errorf("no filter: %v", err)
	}
	if n, err := c.Kill(t.Context(), "tcp"); n != 2 || err != nil {
		t.Errorf("killed %d, %v", n, err)
	}
	if left := listed(t, c, ""); len(left) != 2 || left[0].ID != 3 {
		t.Errorf("left %+v", left)
	}
	if n, err := c.Kill(t.Context(), "all"); n != 2 || err != nil {
		t.Errorf("killed %d, %v", n, err)
	}
}

// The names are a contract: this is the session of section 8 as it goes over
// the wire.
func TestSessionOnTheWire(t *testing.T) {
	got := raw(t, controltest.Serve(t, controltest.New()), "/v1/sessions?filter=id+1")
	const want = `{"id":1,"protocol":"tcp",` +
		`"original":{"src":"10.1.0.5","sport":40000,"dst":"192.0.2.9","dport":443,"in":"inside"},` +
		`"reply":{"src":"192.0.2.9","sport":443,"dst":"192.0.2.1","dport":61000,"in":"outside"},` +
		`"state":"established","rule":"web","generation":0,"nat":"internet","profile":"strict","helper":"",` +
		`"started":"2001-08-19T11:58:30Z","last_seen":"2001-08-19T11:59:48Z",` +
		`"timeout_left":7428,"timeout_total":7440,"packets":[12,10],"bytes":[1240,3400000],"flags":["assured"]}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestListsAreNeverNull(t *testing.T) {
	b := controltest.New()
	b.Table = []control.Session{{ID: 1}}
	socket := controltest.Serve(t, b)
	for _, path := range []string{"/v1/sessions", "/v1/status"} {
		if got := raw(t, socket, path); strings.Contains(got, "null") {
			t.Errorf("%s: %s", path, got)
		}
	}
}

func raw(t *testing.T, socket, path string) string {
	t.Helper()
	response, err := overSocket(socket).Get("http://sallyport" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	line, err := bufio.NewReader(response.Body).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

func overSocket(socket string) *http.Client {
	dial := func(context.Context, string, string) (net.Conn, error) { return net.Dial("unix", socket) }
	return &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
}

func TestNotRunning(t *testing.T) {
	stale := t.TempDir() + "/stale"
	leave(t, stale)
	for _, socket := range []string{t.TempDir() + "/none", stale, t.TempDir() + "/no/dir"} {
		_, err := control.NewClient(socket).Status(t.Context())
		if !errors.Is(err, control.ErrNotRunning) || !strings.Contains(err.Error(), socket) {
			t.Errorf("%s: %v", socket, err)
		}
	}
}

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

func TestLimits(t *testing.T) {
	socket := controltest.Serve(t, controltest.New())
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/v1/sessions?filter=" + strings.Repeat("a", control.MaxFilter+1), 400},
		{"GET", "/v1/sessions?filter=" + strings.Repeat("a", 5*control.MaxFilter), 431},
		{"POST", "/v1/status", 405},
		{"GET", "/v1/nothing", 404},
		{"DELETE", "/v1/sessions", 400},
	} {
		request, err := http.NewRequest(c.method, "http://sallyport"+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := overSocket(socket).Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != c.status {
			t.Errorf("%s %.40s: %s, want %d", c.method, c.path, response.Status, c.status)
		}
		if c.status == 400 {
			var f control.Fault
			if err := json.NewDecoder(response.Body).Decode(&f); err != nil || f.Error == "" {
				t.Errorf("%s %.40s: fault %+v, %v", c.method, c.path, f, err)
			}
		}
		response.Body.Close()
	}
}
