package forward

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/policy"
)

// lending is outward with a masquerade that lends as l says.
func lending(l policy.Lending) policy.Spec {
	spec := masquerading()
	spec.NAT[0].Lending = l
	return spec
}

// pooled is outward with an SNAT to spare addresses in the place of its
// masquerade.
func pooled(l policy.Lending, first, last string) policy.Spec {
	spec := lending(l)
	spec.NAT[0].Type, spec.NAT[0].Family = policy.SNAT, policy.IPv4
	spec.NAT[0].External = []policy.AddrRange{{First: netip.MustParseAddr(first), Last: netip.MustParseAddr(last)}}
	return spec
}

// open lets everything in that nobody asked for.
var open = policy.Lending{Filtering: policy.FilterNothing}

// REQ-2, RFC 7857 4: a host has one address of the pool, in every protocol; and
// RFC 6888 REQ-2: without being asked.
func Test4787REQ2OneAddressInEveryProtocol(t *testing.T) {
	r := newRig(t, pooled(policy.Lending{}, "192.0.2.64", "192.0.2.95"))
	used := make(map[netstack.Addr]bool)
	for n := range 100 {
		host := fmt.Sprintf("10.1.0.%d", 10+n)
		first := r.pass(in, nettest.UDP(host+":5000", server)).Flow.Src
		used[first] = true
		for _, p := range []nettest.Packet{
			nettest.UDP(host+":5001", "203.0.113.1:53"),
			nettest.TCP(host+":5000", server, nettest.Flags("S")),
			nettest.ICMPEcho(host, "203.0.113.2", nettest.ID(5)),
			nettest.SCTP(host+":5000", server, initChunk(1, 77, 20)),
		} {
			if got := r.pass(in, p).Flow; got.Src != first {
				t.Errorf("%s is %v, and with %v %v", host, first, got.Proto, got.Src)
			}
		}
	}
	if len(used) < 16 {
		t.Errorf("100 hosts share %d of 32 addresses", len(used))
	}
}

// REQ-8, REQ-8a, RFC 5382 REQ-3: each filtering, and what it refuses is refused
// as that.
func Test4787REQ8FilteringByRule(t *testing.T) {
	for filtering, admits := range map[policy.Filtering][2]bool{
		policy.FilterNothing: {true, true}, policy.FilterAddress: {true, false}, policy.FilterAddressAndPort: {false, false},
	} {
		r := newRig(t, lending(policy.Lending{Filtering: filtering}))
		for _, begin := range []func(from, to string) nettest.Packet{
			func(from, to string) nettest.Packet { return nettest.UDP(from, to) },
			func(from, to string) nettest.Packet { return nettest.TCP(from, to, nettest.Flags("S")) },
		} {
			sent := r.pass(in, begin(client, server))
			seen := endpoint(sent.Flow.Src, sent.Flow.SrcPort)
			for i, from := range []string{"198.51.100.7:81", "203.0.113.1:80"} {
				if !admits[i] {
					r.refuse(out, begin(from, seen), netstack.NATFiltered)
					continue
				}
				got := r.pass(out, begin(from, seen))
				if to := endpoint(got.Flow.Dst, got.Flow.DstPort); to != client {
					t.Errorf("filtering %d: %v from %s goes to %s", filtering, got.Flow.Proto, from, to)
				}
			}
		}
	}
}

// RFC 5382 REQ-3b, RFC 7857 5 and 6: what holds for UDP need not for TCP.
func Test5382REQ3FilteringByProtocol(t *testing.T) {
	spec := lending(open)
	spec.NAT[0].Service = []policy.Service{{Protocol: netstack.UDP}}
	rest := spec.NAT[0]
	rest.Name, rest.Service, rest.Lending = "rest", nil, policy.Lending{}
	spec.NAT = append(spec.NAT, rest)
	r := newRig(t, spec)
	r.pass(out, nettest.UDP("203.0.113.1:9", r.leaves("10.1.0.10:5000", server)))
	r.refuse(out, nettest.TCP("203.0.113.1:9", r.syn("10.1.0.10:5000", server), nettest.Flags("S")), netstack.NATFiltered)
}

// The rules have a last word: what they name and drop stays out.
func TestFilteringDoesNotOverruleADrop(t *testing.T) {
	spec := lending(open)
	ban := policy.Rule{Name: "ban", From: policy.FromOutside, To: policy.FromInside, Action: netstack.Drop,
		Source: []policy.Address{{Range: policy.AddrRange{First: netip.MustParseAddr("203.0.113.1"), Last: netip.MustParseAddr("203.0.113.1")}}}}
	spec.Rules = append([]policy.Rule{ban}, spec.Rules...)
	r := newRig(t, spec)
	seen := r.leaves(client, server)
	r.refuse(out, nettest.UDP("203.0.113.1:9", seen), netstack.Policy)
	r.pass(out, nettest.UDP("203.0.113.2:9", seen))
}

// hairpin has a packet arrive from inside and wants it back inside.
func (r *rig) hairpin(p nettest.Packet) *netstack.Packet {
	r.Helper()
	res := r.send(in, p)
	if res.Verdict != netstack.Pass || res.Out != in {
		r.Fatalf("%v by %v (%v), want it to be hairpinned", res.Verdict, res.Out, res.Reason)
	}
	nettest.Check(r, res.packet)
	return res.packet.Parse(r, in)
}

// REQ-9, REQ-9a, RFC 5382 REQ-8: each sees the other's external endpoint.
func Test4787REQ9HairpinBothWays(t *testing.T) {
	for name, begin := range map[string]func(from, to string) nettest.Packet{
		"udp": func(from, to string) nettest.Packet { return nettest.UDP(from, to, nettest.Payload(9)) },
		"tcp": func(from, to string) nettest.Packet {
			return nettest.TCP(from, to, nettest.Flags("S"), nettest.Seq(1000))
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, lending(open))
			seen := make(map[string]string)
			for _, host := range []string{"10.1.0.10:5000", "10.1.0.11:5001"} {
				p := r.pass(in, begin(host, server))
				seen[host] = endpoint(p.Flow.Src, p.Flow.SrcPort)
			}
			got := r.hairpin(begin("10.1.0.10:5000", seen["10.1.0.11:5001"])).Flow
			if from, to := endpoint(got.Src, got.SrcPort), endpoint(got.Dst, got.DstPort); from != seen["10.1.0.10:5000"] || to != "10.1.0.11:5001" {
				t.Errorf("arrives as %s -> %s", from, to)
			}
			answer := begin("10.1.0.11:5001", seen["10.1.0.10:5000"])
			if name == "tcp" {
				answer = nettest.TCP("10.1.0.11:5001", seen["10.1.0.10:5000"], nettest.Flags("SA"), nettest.Seq(5000), nettest.Ack(1001))
			}
			back := r.hairpin(answer).Flow
			if from, to := endpoint(back.Src, back.SrcPort), endpoint(back.Dst, back.DstPort); from != seen["10.1.0.11:5001"] || to != "10.1.0.10:5000" {
				t.Errorf("answered as %s -> %s", from, to)
			}
		})
	}
}

// RFC 5508 REQ-7, 7a: an error about a hairpinned packet goes back to its
// sender, as it knows things, from the address it has spoken to.
func Test5508REQ7HairpinnedErrors(t *testing.T) {
	r := newRig(t, lending(open))
	a, b := r.leaves("10.1.0.10:5000", server), r.leaves("10.1.0.11:5001", server)
	arrived := r.hairpin(nettest.UDP("10.1.0.10:5000", b, nettest.Payload(60)))
	for n := 28; n <= 88; n += 15 {
		err := r.hairpin(nettest.Unreachable("10.1.0.11", public, 3, nettest.Of(arrived.Frame), nettest.Quote(n)))
		if err.Flow.Src != addr(public) || err.Flow.Dst != addr("10.1.0.10") {
			t.Errorf("the error goes %v -> %v", err.Flow.Src, err.Flow.Dst)
		}
		q := err.Quoted
		if from, to := endpoint(q.Src, q.SrcPort), endpoint(q.Dst, q.DstPort); from != "10.1.0.10:5000" || to != b {
			t.Errorf("it quotes %s -> %s, want 10.1.0.10:5000 -> %s (and not %s)", from, to, b, a)
		}
	}
}

// RFC 5508 REQ-7: with addresses translated one to one a query is hairpinned too.
func Test5508REQ7HairpinnedQuery(t *testing.T) {
	r := newRig(t, oneToOne())
	got := r.hairpin(nettest.ICMPEcho("10.1.0.10", "192.0.2.81", nettest.ID(7)))
	if got.Flow.Src != addr("192.0.2.80") || got.Flow.Dst != addr("10.1.0.11") {
		t.Errorf("arrives as %v", got.Flow)
	}
	back := r.hairpin(nettest.ICMPEchoReply("10.1.0.11", "192.0.2.80", nettest.ID(7)))
	if back.Flow.Src != addr("192.0.2.81") || back.Flow.Dst != addr("10.1.0.10") {
		t.Errorf("answered as %v", back.Flow)
	}
}

// oneToOne is 10.1.0.10 and .11 as 192.0.2.80 and .81, open to pings.
func oneToOne() policy.Spec {
	addrs := func(first, last string) policy.AddrRange {
		return policy.AddrRange{First: netip.MustParseAddr(first), Last: netip.MustParseAddr(last)}
	}
	all := policy.FromInside | policy.FromOutside
	return policy.Spec{
		Rules: []policy.Rule{{Name: "all", From: all, To: all, Action: netstack.Pass}},
		NAT: []policy.NAT{{Name: "hosts", Type: policy.Static, From: policy.FromInside, To: policy.FromOutside,
			Source: []policy.Address{{Range: addrs("10.1.0.10", "10.1.0.11")}}, External: []policy.AddrRange{addrs("192.0.2.80", "192.0.2.81")}}},
	}
}

// RFC 7857 3, RFC 6888: where mapping and filtering depend on the remote
// endpoint, a port serves as many of those as there are.
func Test7857S3OnePortServesManyRemoteEnds(t *testing.T) {
	l := policy.Lending{Mapping: netstack.AddressAndPortDependent, Ports: []netstack.PortRange{{First: 5000, Last: 5003}}}
	r := newRig(t, lending(l))
	seen := make(map[string]bool)
	for host := range 4 {
		for remote := range 50 {
			from, to := fmt.Sprintf("10.1.0.%d:9000", 10+host), fmt.Sprintf("198.51.100.7:%d", 1000+remote)
			as := r.leaves(from, to)
			if seen[as+to] {
				t.Fatalf("two hosts are %s to %s", as, to)
			}
			seen[as+to] = true
			back := r.pass(out, nettest.UDP(to, as))
			if got := endpoint(back.Flow.Dst, back.Flow.DstPort); got != from {
				t.Fatalf("%s answers %s, and %s gets it", to, from, got)
			}
		}
	}
	r.refuse(in, nettest.UDP("10.1.0.20:9000", "198.51.100.7:1000"), netstack.NATExhausted)
	r.pass(in, nettest.UDP("10.1.0.20:9000", "198.51.100.8:1000"))
}

// RFC 7857 8: parity may be let go, and then an odd port will do for an even one.
func Test7857S8ParityOnRequestOnly(t *testing.T) {
	odd := func(l policy.Lending) (n int) {
		r := newRig(t, lending(l))
		r.pass(in, nettest.UDP("10.1.0.9:5000", server))
		for host := range 100 {
			n += int(r.pass(in, nettest.UDP(fmt.Sprintf("10.1.0.%d:5000", 10+host), server)).Flow.SrcPort & 1)
		}
		return n
	}
	if n := odd(policy.Lending{}); n != 0 {
		t.Errorf("%d of 100 even ports became odd", n)
	}
	if n := odd(policy.Lending{NoParity: true}); n < 20 {
		t.Errorf("%d of 100 even ports became odd where any will do", n)
	}
}

// RFC 7857 7.1: a port that is closed says so, and is not kept open by that.
func Test7857S7ErrorsOutwardsRefreshNothing(t *testing.T) {
	r := newRig(t, lending(open))
	seen := r.leaves(client, server)
	x := r.comesIn(nettest.UDP(server, seen))
	before := r.sessions()[0].TimeoutLeft
	r.wait(time.Minute)
	r.pass(in, nettest.Unreachable("10.1.0.10", "198.51.100.7", 3, x.inner))
	if left := r.sessions()[0].TimeoutLeft; left != before-time.Minute {
		t.Errorf("%v are left, want %v", left, before-time.Minute)
	}
}

// RFC 6888 REQ-6: what is exempt leaves as it is, by destination and by port.
func Test6888REQ6ExemptByDestination(t *testing.T) {
	spec := masquerading()
	exempt := policy.NAT{Name: "vpn", Type: policy.Exempt, From: policy.FromInside, To: policy.FromOutside,
		Destination: []policy.Address{{Range: policy.AddrRange{First: netip.MustParseAddr("203.0.113.0"), Last: netip.MustParseAddr("203.0.113.255")}}},
		Service:     []policy.Service{{Protocol: netstack.UDP, Destination: netstack.PortRange{First: 500, Last: 500}}}}
	spec.NAT = append([]policy.NAT{exempt}, spec.NAT...)
	r := newRig(t, spec)
	for to, as := range map[string]string{"203.0.113.9:500": "10.1.0.10", "203.0.113.9:501": public, "198.51.100.7:500": public} {
		if got := hostOf(r.leaves("10.1.0.10:500", to)); got != as {
			t.Errorf("to %s it leaves as %s, want %s", to, got, as)
		}
	}
}

// RFC 6888 REQ-3: addresses need not be next to each other.
func Test6888REQ3PoolOfAnyShape(t *testing.T) {
	spec := pooled(policy.Lending{}, "192.0.2.64", "192.0.2.64")
	for _, a := range []string{"192.0.2.70", "203.0.113.200", "203.0.113.77"} {
		spec.NAT[0].External = append(spec.NAT[0].External, policy.AddrRange{First: netip.MustParseAddr(a), Last: netip.MustParseAddr(a)})
	}
	r := newRig(t, spec)
	used := make(map[string]bool)
	for host := range 100 {
		seen := r.leaves(fmt.Sprintf("10.1.0.%d:5000", 10+host), server)
		used[hostOf(seen)] = true
		r.pass(out, nettest.UDP(server, seen))
	}
	if len(used) != 4 {
		t.Errorf("%d of 4 addresses are used: %v", len(used), used)
	}
}

// REQ-7: the same addresses are inside and outside, and every host reaches every
// other, even the one that is called as it is itself.
func Test4787REQ7SameAddressesOnBothSides(t *testing.T) {
	prefix := func(s string) []policy.Address {
		p := netip.MustParsePrefix(s)
		last := p.Addr().As4()
		last[3] = 255
		return []policy.Address{{Range: policy.AddrRange{First: p.Addr(), Last: netip.AddrFrom4(last)}}}
	}
	both := policy.FromInside | policy.FromOutside
	spec := policy.Spec{
		Rules: []policy.Rule{{Name: "all", From: both, To: both, Action: netstack.Pass}},
		NAT: []policy.NAT{
			{Name: "them", Type: policy.Static, From: policy.FromOutside, To: policy.FromInside,
				Source: prefix("10.9.0.0/24"), External: []policy.AddrRange{prefix("10.109.0.0/24")[0].Range}},
			{Name: "us", Type: policy.Static, From: policy.FromInside, To: policy.FromOutside,
				Source: prefix("10.9.0.0/24"), External: []policy.AddrRange{prefix("10.209.0.0/24")[0].Range}},
		},
	}
	r := newRig(t, outward())
	topo := topology()
	for side := range topo.Sides {
		topo.Sides[side].Networks = []netip.Prefix{netip.MustParsePrefix("10.9.0.0/24")}
	}
	rules, err := policy.Compile(spec, topo)
	if err != nil {
		t.Fatal(err)
	}
	r.engine.Swap(NewPolicy(rules, 1))
	for _, host := range []string{"5", "7"} {
		sent := r.pass(in, nettest.UDP("10.9.0.5:4000", "10.109.0."+host+":53"))
		nettest.Check(t, nettest.Of(sent.Frame), nettest.From("10.209.0.5:4000"), nettest.To("10.9.0."+host+":53"))
		back := r.pass(out, nettest.UDP("10.9.0."+host+":53", "10.209.0.5:4000"))
		nettest.Check(t, nettest.Of(back.Frame), nettest.From("10.109.0."+host+":53"), nettest.To("10.9.0.5:4000"))
	}
}

// RFC 7857 7: who sends to a mapping what nobody answers does not keep it alive,
// however often; an answer does.
func Test7857S7StrangersKeepNoMappingAlive(t *testing.T) {
	for _, answered := range []bool{false, true} {
		r := newRig(t, lending(open))
		seen := r.leaves(client, server)
		stranger := nettest.UDP("203.0.113.1:9", seen)
		r.pass(out, stranger)
		if answered {
			r.pass(in, nettest.UDP(client, "203.0.113.1:9"))
		}
		alive := true
		for range 10 {
			r.wait(20 * time.Second)
			r.engine.Table.Sweep(r.now, 10)
			alive = r.send(out, stranger).Verdict == netstack.Pass
		}
		if alive != answered {
			t.Errorf("answered %v: alive %v", answered, alive)
		}
	}
}

// RFC 6888 REQ-8c: a port may be lent anew at once, because what comes late for
// the one who had it is let in to nobody.
func Test6888REQ8LateForTheFormerHolder(t *testing.T) {
	l := policy.Lending{Ports: []netstack.PortRange{{First: 5000, Last: 5000}}}
	r := newRig(t, lending(l))
	seen := r.leaves("10.1.0.10:9000", server)
	r.wait(31 * time.Second)
	r.engine.Table.Sweep(r.now, 10)
	if again := r.leaves("10.1.0.11:9000", "203.0.113.1:53"); again != seen {
		t.Fatalf("the one port there is was %s and is %s", seen, again)
	}
	r.refuse(out, nettest.UDP(server, seen), netstack.NATFiltered)
	back := r.pass(out, nettest.UDP("203.0.113.1:53", seen))
	if back.Flow.Dst != addr("10.1.0.11") {
		t.Errorf("the answer goes to %v", back.Flow.Dst)
	}
}
