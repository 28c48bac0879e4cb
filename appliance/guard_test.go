package appliance

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sallyport/appliance/forward"
	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

const guardConfig = `
[state]
max_sessions = 1000
syn_guard    = 16
[[rule]]
name   = "www"
from   = "outside"
action = "accept"
`

// TestGuardIsToldOnce: a line when it goes on and one when it goes off, however
// many packets come, and the status has it as it is.
func TestGuardIsToldOnce(t *testing.T) {
	o := newOffline(t, "", guardConfig, "192.0.2.1")
	var told [netstack.Sides]bool
	lane := forward.NewLane(o.engine)
	for i := range 100 {
		o.tellGuard(&told)
		syn := nettest.TCP(fmt.Sprintf("203.0.113.%d:4000", i), "10.1.0.80:80", nettest.Flags("S"))
		if said := o.log.Len() > 0; said != (i > 16) {
			t.Fatalf("after %d SYNs: log %q", i, o.log)
		}
		f := syn.Frame()
		lane.Decide(netstack.Outside, f, netstack.NewFrame(), o.now())
	}
	if n := strings.Count(o.log.String(), "\n"); n != 1 || !strings.Contains(o.log.String(), `"in":"outside","half_open":16,"syn_guard":16`) {
		t.Fatalf("%d lines: %s", n, o.log)
	}
	if g := o.Status().Sides[netstack.Outside].Guard; !g.On || g.Start != 16 || g.HalfOpen != 16 || g.Refused != 84 || g.Since.IsZero() {
		t.Errorf("%+v", g)
	}
	if g := o.Status().Sides[netstack.Inside].Guard; g.On || g.Refused != 0 || !g.Since.IsZero() {
		t.Errorf("inside: %+v", g)
	}
	o.load(parsed(t, strings.Replace(guardConfig, "syn_guard    = 16", "syn_guard = 0", 1)), "192.0.2.1")
	o.log.Reset()
	o.started = o.started.Add(-2 * time.Second)
	o.table.Sweep(o.now(), 1)
	for range 3 {
		o.tellGuard(&told)
	}
	if n := strings.Count(o.log.String(), "\n"); n != 1 || !strings.Contains(o.log.String(), `"refused_since_start":84`) {
		t.Errorf("%d lines: %s", n, o.log)
	}
}
