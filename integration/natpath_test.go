package integration

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sallyport/appliance/lab"
)

// isTraced wants traceroute to find the firewall, and then the address that it
// has asked for, whatever the host that answers is called.
func isTraced(t *testing.T, l *lab.Lab, from *lab.Host, leg int, at netip.Addr) {
	f := families[0]
	if at.Is6() {
		f = families[1]
	}
	want := []string{f.gate(l, leg).String(), at.String()}
	for _, probe := range [][]string{{"-U", "-p", "33434"}, {"-T"}} {
		if got := traceroute(t, from, at, probe...); !slices.Equal(got, want) {
			t.Errorf("traceroute %v %v: hops %v, want %v", probe, at, got, want)
		}
	}
}

// TestPathMTUThroughEveryType: a router behind the firewall says that a packet is
// too big, of which it knows the translated form alone. Where the destination is
// translated, that speaks for what is behind it.
func TestPathMTUThroughEveryType(t *testing.T) {
	need(t, "ping", "curl", "ip")
	const mtu = 1300
	l := newLab(t, lab.Config{Router: true, FarMTU: mtu})
	for _, n := range []string{"20", "21", "22", "23", "24"} {
		addAddress(t, l.Outside, "198.51.100."+n)
		addAddress(t, l.Outside, "fd00:3::"+n)
	}
	serveWeb(t, l.Outside, webPort)
	startFirewall(t, l, beyondRouter.Replace(appsByType))
	for _, at := range []string{
		"198.51.100.20", "198.51.100.21", "198.51.100.22", "198.51.100.23", "10.77.0.10",
		"fd00:3::20", "fd00:3::21", "fd00:3::22", "fd00:3::23", "fd00:88::10",
	} {
		t.Run(at, func(t *testing.T) {
			f, a := families[0], netip.MustParseAddr(at)
			if a.Is6() {
				f = families[1]
			}
			who := f.of(l.Router)
			if at == "10.77.0.10" || at == "fd00:88::10" {
				who = a
			}
			said := noPing(t, l.Inside, a, "-M", "do", "-s", strconv.Itoa(mtu-f.headers()+1))
			if want := "From " + who.String() + " "; !strings.Contains(said, want) || !strings.Contains(said, "mtu") {
				t.Errorf("ping said %q, want an error %qwith the MTU", said, want)
			}
			pinged(t, l.Inside, a, "-M", "do", "-s", strconv.Itoa(mtu-f.headers()))
			upload(t, l.Inside, a, 300_000)
		})
	}
}

// beyondRouter makes a configuration one for an outside host behind a router.
var beyondRouter = strings.NewReplacer(
	`"192.0.2.20", "fd00:2::20"`, `"198.51.100.20", "fd00:3::20"`,
	`"192.0.2.21", "fd00:2::21"`, `"198.51.100.21", "fd00:3::21"`,
	`"192.0.2.22", "fd00:2::22"`, `"198.51.100.22", "fd00:3::22"`,
	`"192.0.2.23", "192.0.2.10"`, `"198.51.100.23"`, `"fd00:2::23", "fd00:2::10"`, `"fd00:3::23"`,
	`"192.0.2.24"`, `"198.51.100.24"`, `"fd00:2::24"`, `"fd00:3::24"`,
)
