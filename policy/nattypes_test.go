package policy

import (
	"net/netip"
	"testing"

	"sallyport/netstack"
)

// ranged makes ranges of "203.0.113.16/30" and the like.
func ranged(entries ...string) (list []AddrRange) {
	for _, a := range addresses(entries...) {
		list = append(list, a.Range)
	}
	return list
}

// officeSpec translates in every way, and lets all of it pass.
func officeSpec() Spec {
	return Spec{
		Rules: []Rule{{Name: "all", From: AnyZone, To: AnyZone, Action: netstack.Pass}},
		NAT: []NAT{
			{Name: "vpn", Type: Exempt, From: FromInside, To: FromOutside, Destination: addresses("10.20.0.0/16")},
			{Name: "admin", Type: Exempt, From: FromOutside, To: ToSelf, Destination: addresses("203.0.113.7"), Service: ports("tcp/22")},
			{Name: "dmz", Type: DNAT, From: FromOutside, Destination: addresses("203.0.113.7"), Service: ports("tcp"), Targets: []Target{{Addr: netip.MustParseAddr("10.1.0.2")}}},
			{Name: "range", Type: DNAT, From: FromOutside, Destination: addresses("203.0.113.9"), Service: ports("tcp/8000-8099", "udp/8000-8099"),
				Targets: []Target{{netip.MustParseAddr("10.1.0.10"), netstack.PortRange{First: 9000, Last: 9099}}}},
			{Name: "host", Type: Static, From: FromInside, To: FromOutside, Source: addresses("10.1.0.25"), External: ranged("203.0.113.25")},
			{Name: "block", Type: Static, From: FromInside, To: FromOutside, Source: addresses("10.1.0.32/28"), External: ranged("203.0.113.48/28")},
			{Name: "partner", Type: Static, From: FromOutside, To: FromInside, Source: addresses("10.1.0.0/24"), External: ranged("10.101.0.0/24")},
			{Name: "to-partner", Type: SNAT, From: FromInside, To: FromOutside, Destination: addresses("10.1.0.0/24"), External: ranged("10.201.0.1")},
			{Name: "pool", Type: SNAT, From: FromInside, To: FromOutside, Source: addresses("10.1.0.128/25"), External: ranged("203.0.113.16-203.0.113.19")},
			{Name: "internet", Type: Masquerade, From: FromInside, To: FromOutside},
			{Name: "visitors", Type: SNAT, From: FromOutside, To: FromInside, Source: addresses("198.51.100.0/24"), External: ranged("10.1.0.200")},
		},
	}
}

func TestEveryTypeOfTranslation(t *testing.T) {
	rs := compiled(t, officeSpec(), home())
	for _, c := range []struct{ packet, want string }{
		{"inside tcp 10.1.0.5:40000 10.20.3.4:443", "pass by all to outside"},
		{"inside tcp 10.1.0.25:40000 10.20.3.4:443", "pass by all to outside"},
		{"inside tcp 10.1.0.5:40000 1.1.1.1:443", "pass by all to outside, from 203.0.113.7 by internet"},
		{"inside tcp 10.1.0.130:40000 1.1.1.1:443", "pass by all to outside, from 203.0.113.16 by pool"},
		{"inside tcp [fd00:1::5]:40000 [2001:db8:1::1]:443", "pass by all to outside, from 2001:db8::7 by internet"},
		{"inside tcp 10.1.0.25:40000 1.1.1.1:443", "pass by all to outside, as 203.0.113.25 by host"},
		{"inside gre 10.1.0.33 1.1.1.1", "pass by all to outside, as 203.0.113.49 by block"},
		{"outside tcp 1.1.1.1:9 203.0.113.25:443", "pass by all to inside, to 10.1.0.25 port 0 by host"},
		{"outside icmp/8/0 1.1.1.1 203.0.113.63", "pass by all to inside, to 10.1.0.47 port 0 by block"},
		{"outside tcp 1.1.1.1:9 203.0.113.7:22", "pass by all to self"},
		{"outside tcp 1.1.1.1:9 203.0.113.7:23", "pass by all to inside, to 10.1.0.2 port 0 by dmz"},
		{"outside tcp 1.1.1.1:9 203.0.113.9:8000", "pass by all to inside, to 10.1.0.10 port 9000 by range"},
		{"outside udp 1.1.1.1:9 203.0.113.9:8099", "pass by all to inside, to 10.1.0.10 port 9099 by range"},
		{"outside udp 1.1.1.1:9 203.0.113.9:8100", "drop (no-route) by default to outside"},
		// Twice: a session has both of its ends translated.
		{"outside tcp 198.51.100.5:9 203.0.113.25:80", "pass by all to inside, to 10.1.0.25 port 0 by host, from 10.1.0.200 by visitors"},
		{"inside tcp 10.1.0.5:40000 10.101.0.5:80", "pass by all to outside, to 10.1.0.5 port 0 by partner, from 10.201.0.1 by to-partner"},
		{"outside tcp 10.1.0.5:9 203.0.113.25:80", "pass by all to inside, to 10.1.0.25 port 0 by host, as 10.101.0.5 by partner"},
		// What turns round inside.
		{"inside tcp 10.1.0.5:40000 203.0.113.25:80", "pass by all to inside, to 10.1.0.25 port 0 by host, from 203.0.113.7 by internet"},
		{"inside tcp 10.1.0.25:40000 203.0.113.9:8000", "pass by all to inside, to 10.1.0.10 port 9000 by range, as 203.0.113.25 by host"},
		{"inside tcp 10.1.0.5:40000 203.0.113.7:22", "pass by all to self"},
	} {
		p := arriving(c.packet)
		if got := told(rs, rs.Evaluate(p)); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.packet, got, c.want)
		}
		if n := testing.AllocsPerRun(10, func() { rs.Evaluate(p) }); n != 0 {
			t.Errorf("%s: %v allocations", c.packet, n)
		}
	}
}

// An address that both sides have is where a packet comes from, and each side may
// send from it.
func TestSharedAddresses(t *testing.T) {
	rs := compiled(t, officeSpec(), home())
	for packet, want := range map[string]netstack.Reason{
		"outside tcp 10.1.0.5:9 203.0.113.25:80": netstack.ReasonNone,
		"inside tcp 10.1.0.5:9 10.101.0.5:80":    netstack.ReasonNone,
		"outside tcp 10.1.0.1:9 203.0.113.25:80": netstack.Spoofed, // the box's own
	} {
		if got := rs.Admissible(arriving(packet)); got != want {
			t.Errorf("%s: %v, want %v", packet, got, want)
		}
	}
	if d := rs.Evaluate(arriving("outside tcp 10.1.0.5:9 10.1.0.6:80")); d.Reason != netstack.NoRoute {
		t.Errorf("what the outside sends to itself: %s", told(rs, d))
	}
}

// Each client stays with one host, all hosts have clients, and when one goes only
// its own are led elsewhere.
func TestSeveralTargets(t *testing.T) {
	farm := func(hosts ...string) *RuleSet {
		n := NAT{Name: "farm", Type: DNAT, From: FromOutside, Destination: addresses("203.0.113.9")}
		for _, h := range hosts {
			n.Targets = append(n.Targets, Target{Addr: netip.MustParseAddr(h)})
		}
		return compiled(t, Spec{Rules: officeSpec().Rules, NAT: []NAT{n}}, home())
	}
	four, three := farm("10.1.0.10", "10.1.0.11", "10.1.0.12", "10.1.0.13"), farm("10.1.0.10", "10.1.0.11", "10.1.0.13")
	clients := map[netstack.Addr]int{}
	for i := range 1000 {
		p := arriving("outside tcp 198.51.100.1:9 203.0.113.9:80")
		p.Flow.Src.Lo += uint64(i)
		at := four.Evaluate(p).Translation.Dst
		clients[at]++
		if again := three.Evaluate(p).Translation.Dst; again != at && at != addr("10.1.0.12") {
			t.Errorf("%v moved from %v to %v, which it had no reason to", p.Flow.Src, at, again)
		}
		p.Flow.SrcPort++
		if other := four.Evaluate(p).Translation.Dst; other != at {
			t.Errorf("%v is at %v and at %v", p.Flow.Src, at, other)
		}
	}
	for _, host := range []string{"10.1.0.10", "10.1.0.11", "10.1.0.12", "10.1.0.13"} {
		if n := clients[addr(host)]; n < 200 || n > 300 {
			t.Errorf("%s has %d clients of 1000", host, n)
		}
	}
}

// Ports that something else is sent to are not lent, addresses that a host has to
// itself neither, and of the box's own addresses only what is left.
func TestPoolOfSeveralAddresses(t *testing.T) {
	s := officeSpec()
	s.NAT[8].External = ranged("203.0.113.6-203.0.113.9", "203.0.113.25-203.0.113.26")
	s.NAT[8].Lending = Lending{Ports: []netstack.PortRange{{First: 20, Last: 30000}}, Mapping: netstack.AddressDependent,
		Filtering: FilterNothing, Choice: netstack.RandomPort, NoParity: true, Contiguous: true, Unpaired: true, Quota: 7, QuietSYN: true}
	pool := compiled(t, s, home()).Evaluate(arriving("inside tcp 10.1.0.130:40000 1.1.1.1:443")).Translation.Pool
	for end, want := range map[string]bool{
		"203.0.113.6:19": false, "203.0.113.6:20": true, "203.0.113.6:30000": true, "203.0.113.6:30001": false,
		"203.0.113.7:22": false, "203.0.113.7:23": true, "203.0.113.9:8000": false, "203.0.113.9:7999": true, "203.0.113.8:8000": true,
		"203.0.113.25:80": false, "203.0.113.26:80": true,
	} {
		if a, port := endpoint(end); pool.Lends(a, port) != want {
			t.Errorf("%s lent: %v", end, !want)
		}
	}
	if pool.Mapping != netstack.AddressDependent || pool.Filtering != netstack.EndpointIndependent || pool.Choice != netstack.RandomPort ||
		!pool.NoParity || !pool.Contiguous || !pool.Unpaired || pool.Quota != 7 || !pool.QuietSYN {
		t.Errorf("%+v", pool)
	}
}

func TestCarriesEveryType(t *testing.T) {
	rs := compiled(t, officeSpec(), home())
	for _, c := range []struct {
		session   string
		sourceNAT bool
		want      bool
	}{
		{"inside tcp 10.1.0.130:4000 1.1.1.1:443 | outside tcp 1.1.1.1:443 203.0.113.18:4000", true, true},
		{"inside tcp 10.1.0.130:4000 1.1.1.1:443 | outside tcp 1.1.1.1:443 203.0.113.20:4000", true, false}, // none of the pool's
		{"inside tcp 10.1.0.25:4000 1.1.1.1:443 | outside tcp 1.1.1.1:443 203.0.113.25:4000", true, true},
		{"inside tcp 10.1.0.26:4000 1.1.1.1:443 | outside tcp 1.1.1.1:443 203.0.113.25:4000", true, false}, // another's
		{"outside tcp 1.1.1.1:9 203.0.113.25:443 | inside tcp 10.1.0.25:443 1.1.1.1:9", false, true},
		{"outside tcp 1.1.1.1:9 203.0.113.99:443 | inside tcp 10.1.0.25:443 1.1.1.1:9", false, false}, // nobody's now
		{"outside udp 1.1.1.1:9 203.0.113.18:4000 | inside udp 10.1.0.130:5000 1.1.1.1:9", false, true},
		{"inside tcp 10.1.0.5:4000 203.0.113.25:80 | inside tcp 10.1.0.25:80 203.0.113.7:4000", true, true},
		{"inside tcp 10.1.0.5:4000 10.101.0.5:80 | outside tcp 10.1.0.5:80 10.201.0.1:4000", true, true},
	} {
		original, reply := session(c.session)
		if got := rs.Carries(&original, &reply, c.sourceNAT); got != c.want {
			t.Errorf("%s: %v", c.session, got)
		}
	}
}
