package integration

import (
	"net/netip"
	"testing"

	"sallyport/appliance/lab"
)

// TestOwnConnections wants the box itself to go on working: its clients both
// ways, the service that a rule allows, and nothing else of its own.
func TestOwnConnections(t *testing.T) {
	need(t, "curl", "ping")
	for _, driver := range drivers {
		t.Run(driver, func(t *testing.T) {
			l := newLab(t, lab.Config{})
			serveWeb(t, l.Inside, webPort)
			serveWeb(t, l.Outside, webPort)
			serveWeb(t, l.Firewall, sshLike)
			serveWeb(t, l.Firewall, closedSelf)
			w := startFirewall(t, l, open(driver))
			for _, f := range families {
				t.Run(f.name, func(t *testing.T) {
					reaches(t, l.Firewall, f.of(l.Outside), webPort, f.gate(l, outsideLeg))
					reaches(t, l.Firewall, f.of(l.Inside), webPort, f.gate(l, insideLeg))
					reaches(t, l.Outside, f.gate(l, outsideLeg), sshLike, f.of(l.Outside))
					reaches(t, l.Inside, f.gate(l, insideLeg), sshLike, f.of(l.Inside))
					wantDropped(t, w, l.Outside, f.gate(l, outsideLeg), closedSelf)
					wantDropped(t, w, l.Inside, f.gate(l, insideLeg), closedSelf)
					pinged(t, l.Outside, f.gate(l, outsideLeg))
					pinged(t, l.Inside, f.gate(l, insideLeg))
					pinged(t, l.Firewall, f.of(l.Outside))
					pinged(t, l.Firewall, f.of(l.Inside))
				})
			}
		})
	}
}

// reaches wants a server to be reached, and to see the client as want.
func reaches(t *testing.T, from *lab.Host, to netip.Addr, port int, want netip.Addr) {
	t.Helper()
	if who, err := curl(from, "--max-time", "5", url(to, port, "/who")); err != nil || who != want.String() {
		t.Errorf("to %v port %d: the server saw %q, %v, want %v", to, port, who, err, want)
	}
}

// wantDropped wants a connection not to be answered at all, and the drop to be
// counted under the reason "policy".
func wantDropped(t *testing.T, w *firewall, from *lab.Host, to netip.Addr, port int) {
	t.Helper()
	insideBefore, outsideBefore := w.stats()
	if code := curlCode(from, url(to, port, "/who")); code != curlTimeout {
		t.Errorf("to %v port %d: curl ended with %d, want %d", to, port, code, curlTimeout)
	}
	inside, outside := w.stats()
	if n := inside["policy"] + outside["policy"] - insideBefore["policy"] - outsideBefore["policy"]; n == 0 {
		t.Errorf("to %v port %d: no drop was counted", to, port)
	}
}
