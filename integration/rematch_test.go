package integration

import (
	"strings"
	"testing"
	"time"

	"sallyport/appliance/lab"
)

// shut refuses what startDuplex connects to.
const shut = `
[[rule]]
name    = "shut"
from    = "inside"
to      = "outside"
service = ["tcp/7000"]
action  = "drop"
log     = true
`

// rematched is what status counts of sessions of earlier policies.
func (f *firewall) rematched() (refused, moved, reported float64) {
	f.t.Helper()
	type status struct {
		Policy struct {
			Rematch struct{ Refused, Moved, Reported float64 }
		}
	}
	s := lines[status](f, "status")[0].Policy.Rematch
	return s.Refused, s.Moved, s.Reported
}

// TestARuleStopsItsSessionAtOnce in the middle of a transfer, and only that: one
// to another port goes on. With rematch = "report" both do, and it is said.
func TestARuleStopsItsSessionAtOnce(t *testing.T) {
	need(t)
	for _, rematch := range []string{"kill", "report"} {
		t.Run(rematch, func(t *testing.T) {
			l := newLab(t, lab.Config{})
			config := open("auto") + "[state]\nrematch = \"" + rematch + "\"\n"
			w := startEdited(t, l, config)
			stopped := startDuplex(t, l.Inside, l.Outside, l.Outside.IPv4(), duplexPort, time.Second)
			goes := startDuplex(t, l.Inside, l.Outside, l.Outside.IPv6(), duplexPort+1, time.Second)
			w.reload(shut + config)
			if rematch == "report" {
				eventually(t, "the session is reported", func() bool { _, _, n := w.rematched(); return n == 1 })
				if err := stopped.wait(); err != nil || !strings.Contains(w.log.String(), `"refused_by":"shut"`) {
					t.Error(err)
				}
			} else {
				eventually(t, "the session is refused", func() bool { n, _, _ := w.rematched(); return n == 1 })
				if s := lines[sessionTuple](w.firewall, "sessions", "dport 7000"); len(s) > 0 {
					t.Errorf("it is still there: %+v", s)
				}
			}
			if err := goes.wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestSessionsEndWithTheirAddress takes the address away that they are
// masqueraded behind, and gives the interface another.
func TestSessionsEndWithTheirAddress(t *testing.T) {
	need(t, "ping", "ip")
	l := newLab(t, lab.Config{IPv4Only: true})
	w := startFirewall(t, l, strings.Replace(open("auto"), "name    = \"out\"", "name    = \"out\"\nlog = true", 1))
	ping(t, l.Inside, l.Outside.IPv4())
	for _, args := range []string{"addr del 192.0.2.1/24 dev eth1", "addr add 192.0.2.7/24 dev eth1"} {
		if out, err := l.Firewall.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
			t.Fatalf("ip %s: %v\n%s", args, err, out)
		}
	}
	eventually(t, "the sessions end", func() bool { _, moved, _ := w.rematched(); return moved > 0 })
	eventually(t, "it is in the log", func() bool { return strings.Contains(w.log.String(), `"cause":"address gone"`) })
	eventually(t, "it is masqueraded behind the other", func() bool { return strings.Contains(w.log.String(), "192.0.2.7") })
	ping(t, l.Inside, l.Outside.IPv4())
}
