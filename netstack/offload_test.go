package netstack_test

import (
	"testing"

	. "sallyport/netstack"
	"sallyport/netstack/nettest"
)

func TestParseOffload(t *testing.T) {
	partial := nettest.TCP(in4, out4, nettest.Payload(100), nettest.Partial())
	gso := nettest.TCP(in4, out4, nettest.Payload(100), nettest.GSO(40))
	uso := nettest.UDP(in6, out6, nettest.Payload(100), nettest.GSO(40))
	with := func(p nettest.Packet, f func(*Offload)) nettest.Packet { f(&p.Offload); return p }
	gsoType := func(p nettest.Packet, kind uint8) nettest.Packet {
		return with(p, func(o *Offload) { o.GSOType = kind })
	}
	start := func(p nettest.Packet, at uint16) nettest.Packet {
		return with(p, func(o *Offload) { o.CsumStart = at })
	}
	offset := func(p nettest.Packet, at uint16) nettest.Packet {
		return with(p, func(o *Offload) { o.CsumOffset = at })
	}
	plain := func(p nettest.Packet) nettest.Packet { return with(p, func(o *Offload) { o.Flags = 0 }) }
	rejects(t, []rejection{
		{"partial", partial, ReasonNone},
		{"partial at another start", start(partial, 24), BadHeader},
		{"partial in the IP header", start(partial, 0), BadHeader},
		{"partial at another offset", offset(partial, 6), BadHeader},
		{"partial beyond the end", offset(start(nettest.UDP(in4, out4, nettest.Payload(10), nettest.Partial()), 28), 9), BadHeader},
		{"partial inside a tunnel", offset(start(nettest.UDP(in4, out4, nettest.Payload(10), nettest.Partial()), 28), 8), ReasonNone},
		{"partial inside gre", offset(start(nettest.IP(host4, peer4, GRE, nettest.Payload(60), nettest.Partial()), 44), 16), ReasonNone},
		{"partial in a TCP payload", start(partial, 60), BadHeader},
		{"partial icmp", nettest.ICMPEcho(host4, peer4, nettest.Partial()), BadHeader},
		{"partial fragment", with(nettest.TCP(in4, out4, nettest.Payload(100), nettest.Fragment(0, 40, true, 1)), func(o *Offload) { *o = partial.Offload }), BadHeader},
		{"gso", gso, ReasonNone},
		{"gso fragment", with(nettest.TCP(in4, out4, nettest.Payload(100), nettest.Fragment(0, 40, true, 1)), func(o *Offload) { *o = gso.Offload }), BadHeader},
		{"gso with ECN", gsoType(gso, GSOTCPv4|GSOECN), ReasonNone},
		{"gso of the other family", gsoType(gso, GSOTCPv6), BadHeader},
		{"gso of the other protocol", gsoType(gso, GSOUDPL4), BadHeader},
		{"gso of UFO", gsoType(uso, 3), BadHeader},
		{"uso", uso, ReasonNone},
		{"uso with ECN", gsoType(uso, GSOUDPL4|GSOECN), BadHeader},
		{"uso with bytes over", uso.Mutate(set(45, 90)), BadHeader},
		{"gso of size 0", with(gso, func(o *Offload) { o.GSOSize = 0 }), BadHeader},
		{"gso with full checksums", plain(gso), BadHeader},
		{"gso of a tunnel", offset(start(uso, 48), 6), BadHeader},
		{"gso with headers up to the end", with(gso, func(o *Offload) { o.HdrLen = 140 }), ReasonNone},
	})
}
