package policy

import (
	"net/netip"
	"testing"

	"sallyport/netstack"
)

func TestAdmissible(t *testing.T) {
	rs := compiled(t, Spec{}, home())
	for _, c := range []struct {
		packet string
		want   netstack.Reason
	}{
		{"inside tcp 10.1.0.5:1 1.1.1.1:1", netstack.ReasonNone},
		{"inside tcp [fd00:1::5]:1 [2001:db8:1::1]:1", netstack.ReasonNone},
		{"inside tcp 10.1.1.5:1 1.1.1.1:1", netstack.Spoofed},
		{"inside tcp [fd00:2::5]:1 [2001:db8:1::1]:1", netstack.Spoofed},
		{"inside tcp 10.1.0.1:1 1.1.1.1:1", netstack.Spoofed},
		{"inside tcp 203.0.113.7:1 1.1.1.1:1", netstack.Spoofed},
		{"outside tcp 1.1.1.1:1 203.0.113.7:1", netstack.ReasonNone},
		{"outside tcp 1.1.1.1:1 10.1.0.5:1", netstack.ReasonNone},
		{"outside tcp 10.1.0.5:1 203.0.113.7:1", netstack.Spoofed},
		{"outside tcp 10.1.0.1:1 203.0.113.7:1", netstack.Spoofed},
		{"outside tcp 203.0.113.7:1 203.0.113.7:1", netstack.Spoofed},
		{"outside icmp/8/0 203.0.113.7 203.0.113.7", netstack.Spoofed},
	} {
		if got := rs.Admissible(arriving(c.packet)); got != c.want {
			t.Errorf("%s: %v, want %v", c.packet, got, c.want)
		}
	}
}

func TestAdmissibleOwnError(t *testing.T) {
	rs := compiled(t, Spec{}, home())
	p := arriving("outside icmp/3/1 203.0.113.7 203.0.113.7")
	p.ICMP = netstack.ICMPError
	if got := rs.Admissible(p); got != netstack.ReasonNone {
		t.Errorf("the kernel's own error to the box: %v", got)
	}
	p.Flow.Dst = addr("10.1.0.5")
	if got := rs.Admissible(p); got != netstack.Spoofed {
		t.Errorf("an error from an own address to the inside: %v", got)
	}
}

func TestAdmissibleUnknownInside(t *testing.T) {
	box := home()
	box.Sides[netstack.Inside].Networks = nil
	rs := compiled(t, Spec{}, box)
	for packet, want := range map[string]netstack.Reason{
		"inside tcp 172.16.0.5:1 1.1.1.1:1":    netstack.ReasonNone,
		"inside tcp 203.0.113.7:1 1.1.1.1:1":   netstack.Spoofed,
		"outside tcp 10.1.0.1:1 203.0.113.7:1": netstack.Spoofed,
	} {
		if got := rs.Admissible(arriving(packet)); got != want {
			t.Errorf("%s: %v, want %v", packet, got, want)
		}
	}
}

func TestAdmissibleFamilies(t *testing.T) {
	box := home()
	box.Sides[netstack.Outside].IPv6 = false
	box.Sides[netstack.Inside].IPv4 = false
	rs := compiled(t, Spec{}, box)
	for packet, want := range map[string]netstack.Reason{
		"inside tcp [fd00:1::5]:1 [2001:db8:1::1]:1":    netstack.NoRoute,    // leaves by a side without IPv6
		"inside tcp [fd00:1::5]:1 [fd00:1::1]:1":        netstack.ReasonNone, // stays at the box
		"inside tcp 10.1.0.5:1 1.1.1.1:1":               netstack.NoRoute,    // arrives on a side without IPv4
		"outside tcp 1.1.1.1:1 10.1.0.5:1":              netstack.NoRoute,
		"outside tcp 1.1.1.1:1 203.0.113.7:1":           netstack.ReasonNone,
		"outside tcp [2001:db8:1::1]:1 [fd00:1::5]:1":   netstack.NoRoute,
		"outside tcp [2001:db8:1::1]:1 [2001:db8::7]:1": netstack.NoRoute,
	} {
		if got := rs.Admissible(arriving(packet)); got != want {
			t.Errorf("%s: %v, want %v", packet, got, want)
		}
	}
}

func TestLongestPrefixDecidesTheSide(t *testing.T) {
	box := home()
	box.Sides[netstack.Inside].Networks = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("10.9.7.0/24")}
	box.Sides[netstack.Outside].Networks = []netip.Prefix{netip.MustParsePrefix("10.9.0.0/16"), netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("10.0.0.0/8")}
	rs := compiled(t, Spec{}, box)
	for a, want := range map[string]netstack.Side{
		"10.1.0.5": netstack.Inside, "10.9.0.5": netstack.Outside, "10.9.7.5": netstack.Inside,
		"10.255.255.255": netstack.Inside, "11.0.0.0": netstack.Outside,
		"10.1.0.1": netstack.Self, "203.0.113.7": netstack.Self, "fe80::2": netstack.Self, "fd00:1::5": netstack.Outside,
	} {
		if got := rs.box.sideOf(addr(a), netstack.Inside); got != want {
			t.Errorf("%s lives %v, want %v", a, got, want)
		}
	}
}

func TestIsOwn(t *testing.T) {
	rs := compiled(t, Spec{}, home())
	for a, want := range map[string]bool{
		"10.1.0.1": true, "203.0.113.7": true, "2001:db8::7": true, "fe80::1": true,
		"10.1.0.2": false, "203.0.113.6": false, "1.1.1.1": false,
	} {
		if got := rs.IsOwn(addr(a)); got != want {
			t.Errorf("%s own: %v, want %v", a, got, want)
		}
	}
}
