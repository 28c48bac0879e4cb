package policy

import (
	"fmt"
	"net/netip"
	"testing"

	"sallyport/netstack"
)

// homeSpec is a home gateway: the inside may browse, two servers are published,
// the box answers pings and is administered from the inside.
func homeSpec() Spec {
	return Spec{
		Rules: []Rule{
			{Name: "web", From: FromInside, To: FromOutside, Service: ports("tcp/80", "tcp/443"), Action: netstack.Pass, Log: true},
			{Name: "no-smtp", From: FromInside, To: FromOutside, Service: ports("tcp/25"), Action: netstack.Reject},
			{Name: "ping", From: FromInside | FromOutside, To: ToSelf | FromOutside, Service: ports("icmp/8", "icmpv6/128"), Action: netstack.Pass},
			{Name: "admin", From: FromInside, To: ToSelf, Source: addresses("10.1.0.0/28", "!10.1.0.9"), Service: ports("tcp/22"), Action: netstack.Pass},
			{Name: "www", From: FromOutside, To: FromInside, Destination: addresses("10.1.0.10"), Service: ports("tcp/80"), Action: netstack.Pass},
			{Name: "hairpin", From: FromInside, To: FromInside, Destination: addresses("10.1.0.10"), Service: ports("tcp/80"), Action: netstack.Pass},
			{Name: "tunnel", From: FromInside, To: FromOutside, Family: IPv4, Service: ports("gre"), Action: netstack.Pass},
			{Name: "others", From: FromInside, To: FromOutside, Destination: addresses("!198.51.100.0/24"), Service: ports("udp"), Action: netstack.Pass},
			{Name: "block", From: FromInside, To: FromOutside, Service: ports("udp"), Action: netstack.Drop, Log: true},
		},
		NAT: []NAT{
			{Name: "www", Type: DNAT, From: FromOutside | FromInside, Destination: addresses("self"), Service: ports("tcp/8080"), Targets: targets("10.1.0.10:80")},
			{Name: "closed", Type: DNAT, From: FromOutside, Destination: addresses("203.0.113.7"), Service: ports("udp/53"), Targets: targets("10.1.0.11:0")},
			{Name: "away", Type: DNAT, From: FromOutside, Destination: addresses("203.0.113.7"), Service: ports("tcp/81"), Targets: targets("192.0.2.1:80")},
			{Name: "itself", Type: DNAT, From: FromInside, Destination: addresses("192.0.2.9"), Targets: targets("10.1.0.1:0")},
			{Name: "internet", Type: Masquerade, From: FromInside, To: FromOutside, Family: IPv4},
		},
	}
}

// told says a decision in words: "pass by web to outside, from 203.0.113.7 by internet".
func told(rs *RuleSet, d Decision) string {
	s := fmt.Sprintf("%v by %v to %v", d.Verdict, rs.Rule(d.Rule), d.Out)
	if d.Verdict != netstack.Pass {
		s = fmt.Sprintf("%v (%v) by %v to %v", d.Verdict, d.Reason, rs.Rule(d.Rule), d.Out)
	}
	if t := d.Translation; t.DstRule != 0 {
		s += fmt.Sprintf(", to %v port %d by %v", t.Dst, t.DstPort, rs.NATName(t.DstRule))
	}
	if t := d.Translation; !t.Src.IsZero() {
		s += fmt.Sprintf(", as %v by %v", t.Src, rs.NATName(t.SrcRule))
	}
	if t := d.Translation; t.Pool != nil {
		s += fmt.Sprintf(", from %v by %v", t.Pool.Parts[0].First, rs.NATName(t.SrcRule))
	}
	return s
}

func TestEvaluate(t *testing.T) {
	rs := compiled(t, homeSpec(), home())
	for _, c := range []struct{ packet, want string }{
		{"inside tcp 10.1.0.5:40000 1.1.1.1:443", "pass by web to outside, from 203.0.113.7 by internet"},
		{"inside tcp [fd00:1::5]:40000 [2001:db8:1::1]:443", "pass by web to outside"},
		{"inside tcp 10.1.0.5:40000 1.1.1.1:25", "reject (policy) by no-smtp to outside"},
		{"inside tcp 10.1.0.5:40000 1.1.1.1:6667", "drop (policy) by default to outside"},
		{"inside icmp/8/0 10.1.0.5 1.1.1.1", "pass by ping to outside, from 203.0.113.7 by internet"},
		{"inside icmp/13/0 10.1.0.5 1.1.1.1", "drop (policy) by default to outside"},
		{"outside icmp/8/0 1.1.1.1 203.0.113.7", "pass by ping to self"},
		{"outside icmp/8/0 1.1.1.1 10.1.0.5", "drop (policy) by default to inside"},
		{"inside tcp 10.1.0.5:40000 10.1.0.1:22", "pass by admin to self"},
		{"inside tcp 10.1.0.9:40000 10.1.0.1:22", "drop (policy) by default to self"},
		{"inside tcp 10.1.0.16:40000 10.1.0.1:22", "drop (policy) by default to self"},
		{"outside tcp 1.1.1.1:40000 203.0.113.7:22", "drop (policy) by default to self"},
		{"outside tcp 1.1.1.1:40000 203.0.113.7:8080", "pass by www to inside, to 10.1.0.10 port 80 by www"},
		{"outside tcp 1.1.1.1:40000 10.1.0.10:80", "pass by www to inside"},
		{"outside tcp [2001:db8:1::1]:40000 [2001:db8::7]:8080", "drop (policy) by default to self"},
		{"inside tcp 10.1.0.5:40000 203.0.113.7:8080", "pass by www to inside, to 10.1.0.10 port 80 by www, from 203.0.113.7 by internet"},
		{"inside tcp 10.1.0.5:40000 10.1.0.1:8080", "pass by hairpin to inside, to 10.1.0.10 port 80 by www"},
		{"inside tcp 10.1.0.5:40000 10.1.0.10:80", "pass by hairpin to inside"},
		{"inside tcp 10.1.0.5:40000 10.1.0.10:443", "drop (policy) by default to inside"},
		{"outside udp 1.1.1.1:53 203.0.113.7:53", "drop (policy) by default to inside, to 10.1.0.11 port 0 by closed"},
		{"outside tcp 1.1.1.1:40000 203.0.113.7:81", "drop (no-route) by default to outside"},
		{"outside tcp 1.1.1.1:40000 192.0.2.1:80", "drop (no-route) by default to outside"},
		{"inside tcp 10.1.0.5:40000 192.0.2.9:443", "drop (untranslatable) by default to self"},
		{"inside gre 10.1.0.5 1.1.1.1", "pass by tunnel to outside, from 203.0.113.7 by internet"},
		{"inside gre fd00:1::5 2001:db8:1::1", "drop (policy) by default to outside"},
		{"inside udp 10.1.0.5:40000 1.1.1.1:443", "pass by others to outside, from 203.0.113.7 by internet"},
		{"inside udp 10.1.0.5:40000 198.51.100.3:443", "drop (policy) by block to outside"},
	} {
		if got := told(rs, rs.Evaluate(arriving(c.packet))); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.packet, got, c.want)
		}
	}
}

func TestEvaluateLog(t *testing.T) {
	rs := compiled(t, homeSpec(), home())
	for packet, want := range map[string]bool{
		"inside tcp 10.1.0.5:40000 1.1.1.1:443":      true,
		"inside udp 10.1.0.5:40000 198.51.100.3:443": true,
		"inside tcp 10.1.0.5:40000 1.1.1.1:25":       false,
	} {
		if got := rs.Evaluate(arriving(packet)).Log; got != want {
			t.Errorf("%s: log %v, want %v", packet, got, want)
		}
	}
}

func TestNothingLeavesUntranslated(t *testing.T) {
	s, box := homeSpec(), home()
	s.NAT[4].Family = AnyFamily
	box.Sides[netstack.Outside].Own = []netip.Addr{netip.MustParseAddr("fe80::2")}
	rs := compiled(t, s, box)
	for _, packet := range []string{
		"inside tcp 10.1.0.5:40000 1.1.1.1:443",
		"inside icmp/8/0 10.1.0.5 1.1.1.1",
		"inside tcp [fd00:1::5]:40000 [2001:db8:1::1]:443",
	} {
		if d := rs.Evaluate(arriving(packet)); d.Verdict != netstack.Drop || d.Reason != netstack.Untranslatable {
			t.Errorf("%s: %s", packet, told(rs, d))
		}
	}
}

func TestFamilyNotForwarded(t *testing.T) {
	box := home()
	box.Sides[netstack.Outside].IPv6 = false
	rs := compiled(t, homeSpec(), box)
	d := rs.Evaluate(arriving("inside tcp [fd00:1::5]:40000 [2001:db8:1::1]:443"))
	if got, want := told(rs, d), "drop (no-route) by default to outside"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestEmptyRuleSetDrops(t *testing.T) {
	rs := compiled(t, Spec{}, home())
	d := rs.Evaluate(arriving("inside tcp 10.1.0.5:40000 1.1.1.1:443"))
	if d != (Decision{Reason: netstack.Policy, Rule: DefaultRule, Out: netstack.Outside}) {
		t.Errorf("got %+v", d)
	}
}
