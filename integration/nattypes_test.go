package integration

import (
	"net/netip"
	"strings"
	"testing"

	"sallyport/appliance/lab"
)

// moreTypes are translations beside those of appsByType.
const moreTypes = plainConfig + `
[[rule]]
name    = "in"
from    = "outside"
to      = "inside"
service = ["tcp/80-81", "udp/4433", "icmp/echo-request", "icmpv6/echo-request"]
action  = "accept"

[[nat]]
name         = "one-v6"
type         = "static"
from         = "inside"
to           = "outside"
source       = ["fd00:1::/120"]
destination  = ["fd00:2::14"]
translate_to = "2001:db8:14::/120"
[[nat]]
name         = "ports"
type         = "dnat"
from         = "outside"
destination  = ["192.0.2.70"]
service      = ["tcp/8000-8099"]
translate_to = "10.1.0.10:80-179"
[[nat]]
name         = "datagrams"
type         = "dnat"
from         = "outside"
destination  = ["192.0.2.70"]
service      = ["udp/4433", "icmp/echo-request"]
translate_to = "10.1.0.10"
[[nat]]
name         = "ports-v6"
type         = "dnat"
from         = "outside"
destination  = ["fd00:2::70"]
service      = ["tcp/8000-8099"]
translate_to = "[fd00:1::10]:80-179"
[[nat]]
name         = "datagrams-v6"
type         = "dnat"
from         = "outside"
destination  = ["fd00:2::70"]
service      = ["udp/4433", "icmpv6/echo-request"]
translate_to = "fd00:1::10"
[[nat]]
name         = "farm"
type         = "dnat"
from         = "outside"
destination  = ["192.0.2.71"]
service      = ["tcp/80"]
translate_to = ["10.1.0.10:80", "10.1.0.11:81"]
[[nat]]
name         = "visitors"
type         = "snat"
from         = "outside"
to           = "inside"
source       = ["192.0.2.16", "fd00:2::16"]
translate_to = ["10.1.0.50", "fd00:1::50"]
`

func TestMoreTypesOfTranslation(t *testing.T) {
	need(t, "curl", "ping", "ip")
	l := newLab(t, lab.Config{})
	for _, a := range []string{"192.0.2.11", "192.0.2.12", "192.0.2.13", "192.0.2.14", "192.0.2.16", "fd00:2::14", "fd00:2::16"} {
		addAddress(t, l.Outside, a)
	}
	addAddress(t, l.Inside, "10.1.0.11")
	serveWeb(t, l.Outside, webPort)
	first, second := serveWeb(t, l.Inside, webPort), serveWeb(t, l.Inside, 81)
	for _, h := range []*lab.Host{l.Inside, l.Outside} {
		serveDatagrams(t, h, quicPort, func(b []byte) []byte { return b })
	}
	startFirewall(t, l, moreTypes)
	t.Run("static v6", func(t *testing.T) {
		to := netip.MustParseAddr("fd00:2::14")
		if as := whoAsks(t, l.Inside, "", to, webPort); as != "2001:db8:14::10" {
			t.Errorf("seen as %s", as)
		}
		exchangesDatagrams(t, l.Inside, to)
		ping(t, l.Inside, to)
	})
	for _, c := range []struct {
		name, from, to string
		port           int
		as             string
	}{
		{"dnat of a range", "192.0.2.10", "192.0.2.70", 8000, "192.0.2.10"},
		{"dnat of a range v6", "fd00:2::10", "fd00:2::70", 8000, "fd00:2::10"},
		{"static inward v6", "fd00:2::14", "2001:db8:14::10", webPort, "fd00:2::14"},
		{"snat from outside", "192.0.2.16", "10.1.0.10", webPort, "10.1.0.50"},
		{"snat from outside v6", "fd00:2::16", "fd00:1::10", webPort, "fd00:1::50"},
	} {
		t.Run(c.name, func(t *testing.T) {
			to := netip.MustParseAddr(c.to)
			if as := whoAsks(t, l.Outside, c.from, to, c.port); as != c.as {
				t.Errorf("seen as %s, want %s", as, c.as)
			}
			if from := netip.MustParseAddr(c.from); from == l.Outside.IPv4() || from == l.Outside.IPv6() {
				exchangesDatagrams(t, l.Outside, to)
			}
			pinged(t, l.Outside, to, "-I", c.from)
		})
	}
	t.Run("dnat to one of several hosts", func(t *testing.T) { wantShared(t, l.Outside, first, second) })
}

// wantShared asks a farm of two hosts time and again: each client meets one of
// them, and always the same.
func wantShared(t *testing.T, clients *lab.Host, first, second *web) {
	t.Helper()
	first.forget()
	second.forget()
	farm := netip.MustParseAddr("192.0.2.71")
	for range 3 {
		for _, from := range []string{"192.0.2.10", "192.0.2.11", "192.0.2.12", "192.0.2.13", "192.0.2.14"} {
			whoAsks(t, clients, from, farm, webPort)
		}
	}
	a, b := first.askers(), second.askers()
	if len(a) == 0 || len(b) == 0 || len(a)+len(b) != 5 {
		t.Errorf("one host has %v, the other %v: want each of five clients at one of them", a, b)
	}
}

// TestMasqueradeFollowsTheAddress: when the outer address is another, what was
// masqueraded behind the old one ends, and is said to, and new sessions get the
// new one.
func TestMasqueradeFollowsTheAddress(t *testing.T) {
	need(t, "curl", "ip")
	l := newLab(t, lab.Config{IPv4Only: true})
	server := serveWeb(t, l.Outside, webPort)
	f := startFirewall(t, l, open("auto"))
	download := l.Inside.Command("curl", "-sS", "--limit-rate", "100k", "--max-time", "60", "-o", "/dev/null", url(l.Outside.IPv4(), webPort, "/bulk"))
	if err := download.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the download has begun", func() bool { return len(server.askers()) == 1 })
	server.saw(t, netip.MustParseAddr("192.0.2.1"))
	for _, change := range []string{"del 192.0.2.1/24", "add 192.0.2.5/24"} {
		args := append([]string{"addr"}, append(strings.Fields(change), "dev", "eth1")...)
		if out, err := l.Firewall.Command("ip", args...).CombinedOutput(); err != nil {
			t.Fatalf("ip addr %s: %v: %s", change, err, out)
		}
	}
	eventually(t, "its session ends, and the log says why", func() bool {
		return strings.Contains(f.log.String(), `"ended_address_gone":1`)
	})
	download.Kill()
	if as := whoAsks(t, l.Inside, "", l.Outside.IPv4(), webPort); as != "192.0.2.5" {
		t.Errorf("a new session is seen as %s", as)
	}
}
