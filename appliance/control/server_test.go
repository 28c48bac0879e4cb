package control_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

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
