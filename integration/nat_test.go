package integration

import (
	"net/netip"
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
