package integration

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sallyport/appliance/lab"
)

// TestApplicationsThroughMasquerade: what people use, in both families.
func TestApplicationsThroughMasquerade(t *testing.T) {
	needApps(t)
	l := newLab(t, lab.Config{})
	servers := serveApps(t, l.Outside)
	startFirewall(t, l, open("auto"))
	for _, f := range families {
		t.Run(f.name, func(t *testing.T) {
			servers.carried(t, l.Inside, f.of(l.Outside))
			servers.web.saw(t, f.gate(l, outsideLeg))
		})
	}
}

// needApps wants what serveApps does.
func needApps(t *testing.T) {
	t.Helper()
	need(t, "curl", "scp", "ssh-keygen", "busybox", "timeout", "ip", "traceroute")
}

// appsByType has a translation of every type, told apart by whom the inside
// speaks to, or by what it is addressed as.
const appsByType = plainConfig + `
[[rule]]
name        = "in"
from        = "outside"
to          = "inside"
destination = ["10.1.0.10", "fd00:1::10"]
action      = "accept"

[[nat]]
name        = "untranslated"
type        = "none"
from        = "inside"
to          = "outside"
destination = ["192.0.2.20", "fd00:2::20"]

[[nat]]
name         = "spare"
type         = "snat"
from         = "inside"
to           = "outside"
destination  = ["192.0.2.21", "fd00:2::21"]
translate_to = ["192.0.2.50", "fd00:2::50"]

[[nat]]
name         = "routed"
type         = "snat"
from         = "inside"
to           = "outside"
destination  = ["192.0.2.22", "fd00:2::22"]
translate_to = ["203.0.113.16/28", "fd00:77::/120"]
mapping      = "address-and-port-dependent"
port_choice  = "random"

[[nat]]
name         = "one"
type         = "static"
from         = "inside"
to           = "outside"
source       = ["10.1.0.10"]
destination  = ["192.0.2.23", "192.0.2.10"]
translate_to = "192.0.2.60"

[[nat]]
name         = "prefix"
type         = "nptv6"
from         = "inside"
to           = "outside"
source       = ["fd00:1::/64"]
destination  = ["fd00:2::23", "fd00:2::10"]
translate_to = "fd00:99::/64"

[[nat]]
name         = "twice4"
type         = "dnat"
from         = "inside"
destination  = ["10.77.0.10"]
translate_to = "192.0.2.24"

[[nat]]
name         = "twice6"
type         = "dnat"
from         = "inside"
destination  = ["fd00:88::10"]
translate_to = "fd00:2::24"

[[nat]]
name         = "server4"
type         = "dnat"
from         = "outside"
destination  = ["192.0.2.70"]
translate_to = "10.1.0.10"

[[nat]]
name         = "server6"
type         = "dnat"
from         = "outside"
destination  = ["fd00:2::70"]
translate_to = "fd00:1::10"

[[nat]]
name = "internet"
type = "masquerade"
from = "inside"
to   = "outside"
`

// TestApplicationsThroughEveryType: from inside to addresses of the outside host
// that each get another translation, and from there to the addresses that lead
// inside; each server sees who asks as that.
func TestApplicationsThroughEveryType(t *testing.T) {
	needApps(t)
	l := newLab(t, lab.Config{})
	for _, n := range []string{"20", "21", "22", "23", "24"} {
		addAddress(t, l.Outside, "192.0.2."+n)
		addAddress(t, l.Outside, "fd00:2::"+n)
	}
	outside, inside := serveApps(t, l.Outside), serveApps(t, l.Inside)
	startFirewall(t, l, appsByType)
	for _, c := range []struct{ name, at, seen string }{
		{"none", "192.0.2.20", "10.1.0.10/32"},
		{"none6", "fd00:2::20", "fd00:1::10/128"},
		{"snat", "192.0.2.21", "192.0.2.50/32"},
		{"snat6", "fd00:2::21", "fd00:2::50/128"},
		{"snat from a routed pool", "192.0.2.22", "203.0.113.16/28"},
		{"snat6 from a routed pool", "fd00:2::22", "fd00:77::/120"},
		{"static", "192.0.2.23", "192.0.2.60/32"},
		{"nptv6", "fd00:2::23", "fd00:99::/64"},
		{"dnat and masquerade", "10.77.0.10", "192.0.2.1/32"},
		{"dnat and masquerade6", "fd00:88::10", "fd00:2::1/128"},
	} {
		t.Run(c.name, func(t *testing.T) {
			outside.carried(t, l.Inside, netip.MustParseAddr(c.at))
			outside.web.sawOf(t, netip.MustParsePrefix(c.seen))
			ping(t, l.Inside, netip.MustParseAddr(c.at))
			isTraced(t, l, l.Inside, insideLeg, netip.MustParseAddr(c.at))
		})
	}
	for _, c := range []struct{ name, at, seen string }{
		{"dnat inwards", "192.0.2.70", "192.0.2.10/32"},
		{"dnat6 inwards", "fd00:2::70", "fd00:2::/64"},
		{"static inwards", "192.0.2.60", "192.0.2.10/32"},
	} {
		t.Run(c.name, func(t *testing.T) {
			inside.carried(t, l.Outside, netip.MustParseAddr(c.at))
			inside.web.sawOf(t, netip.MustParsePrefix(c.seen))
			ping(t, l.Outside, netip.MustParseAddr(c.at))
			if at := netip.MustParseAddr(c.at); at.Is4() { // Linux speaks as an anycast address that is asked for
				isTraced(t, l, l.Outside, outsideLeg, at)
			}
		})
	}
}

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

// TestHairpinnedWebServer: a host inside asks for the published server by its
// external address. It is answered by the server beside it, which sees it as the
// world does (RFC 4787 REQ-9a), and no rule says anything of it.
func TestHairpinnedWebServer(t *testing.T) {
	need(t, "curl")
	l := newLab(t, lab.Config{})
	server := serveWeb(t, l.Inside, webPort)
	startFirewall(t, l, open("auto"))
	for _, f := range families {
		t.Run(f.name, func(t *testing.T) {
			at := f.gate(l, outsideLeg)
			said, err := curl(l.Inside, "--max-time", "5", url(at, forwarded, "/who"))
			if err != nil || said != at.String() {
				t.Errorf("the server says %q, %v, want %v", said, err, at)
			}
			server.saw(t, at)
		})
	}
}
