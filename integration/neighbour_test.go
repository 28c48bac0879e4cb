package integration

import (
	"net/netip"
	"strings"
	"testing"

	"sallyport/appliance/lab"
)

// TestNeighboursAreNotImpersonated asks the links for addresses that are not the
// firewall's: unused ones, and those of the hosts on its other side, as if they
// were here. Its own it must still answer for.
func TestNeighboursAreNotImpersonated(t *testing.T) {
	need(t, "ping", "ip")
	l := newLab(t, lab.Config{})
	startFirewall(t, l, open("auto"))
	for _, c := range []struct {
		from   *lab.Host
		to     netip.Addr
		answer bool
	}{
		{l.Inside, netip.MustParseAddr("10.1.0.1"), true},
		{l.Inside, netip.MustParseAddr("fd00:1::1"), true},
		{l.Outside, netip.MustParseAddr("192.0.2.1"), true},
		{l.Outside, netip.MustParseAddr("fd00:2::1"), true},
		{l.Inside, netip.MustParseAddr("10.1.0.77"), false},
		{l.Inside, netip.MustParseAddr("fd00:1::77"), false},
		{l.Outside, netip.MustParseAddr("192.0.2.77"), false},
		{l.Outside, netip.MustParseAddr("fd00:2::77"), false},
		{l.Inside, l.Outside.IPv4(), false},
		{l.Inside, l.Outside.IPv6(), false},
		{l.Outside, l.Inside.IPv4(), false},
		{l.Outside, l.Inside.IPv6(), false},
	} {
		onLink(t, c.from, c.to)
		_ = c.from.Command("ping", "-n", "-c", "1", "-W", "1", c.to.String()).Run()
		out, err := c.from.Command("ip", "neigh", "show", c.to.String(), "dev", "eth0").Output()
		if err != nil {
			t.Fatal(err)
		}
		if answered := strings.Contains(string(out), "lladdr"); answered != c.answer {
			t.Errorf("%s asks its link for %v: answered %v, want %v (%s)", c.from.Name, c.to, answered, c.answer, out)
		}
	}
}

// onLink makes a host look for an address on its own link.
func onLink(t *testing.T, h *lab.Host, a netip.Addr) {
	t.Helper()
	out, err := h.Command("ip", "route", "replace", netip.PrefixFrom(a, a.BitLen()).String(), "dev", "eth0").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}
