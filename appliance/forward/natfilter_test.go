package forward

import (
	"net/netip"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/policy"
)

// open lets everything in that nobody asked for.
var open = policy.Lending{Filtering: policy.FilterNothing}

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
