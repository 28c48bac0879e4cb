package forward

import (
	"fmt"
	"net/netip"
	"testing"

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
