package forward

import (
	"net/netip"
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/policy"
)

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
