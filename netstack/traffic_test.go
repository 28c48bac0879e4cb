package netstack_test

import (
	"math/rand/v2"
	"net/netip"
	"strconv"

	. "sallyport/netstack"
	"sallyport/netstack/nettest"
)

// A maker makes one kind of packet between any two endpoints "addr:port".
type maker struct {
	name string
	make func(src, dst string, with ...nettest.Option) nettest.Packet
	with []nettest.Option
}

func (m maker) packet(src, dst netip.AddrPort, more ...nettest.Option) nettest.Packet {
	return m.make(src.String(), dst.String(), append(more, m.with...)...)
}

// echo is an ICMP query or reply whose identifier is the asking side's port.
func echo(reply bool) func(src, dst string, with ...nettest.Option) nettest.Packet {
	return func(src, dst string, with ...nettest.Option) nettest.Packet {
		s, d := netip.MustParseAddrPort(src), netip.MustParseAddrPort(dst)
		if reply {
			return nettest.ICMPEchoReply(s.Addr().String(), d.Addr().String(), append(with, nettest.ID(d.Port()))...)
		}
		return nettest.ICMPEcho(s.Addr().String(), d.Addr().String(), append(with, nettest.ID(s.Port()))...)
	}
}

func portless(proto Protocol) func(src, dst string, with ...nettest.Option) nettest.Packet {
	return func(src, dst string, with ...nettest.Option) nettest.Packet {
		s, d := netip.MustParseAddrPort(src), netip.MustParseAddrPort(dst)
		return nettest.IP(s.Addr().String(), d.Addr().String(), proto, with...)
	}
}

// every is every kind of packet that the rewrite treats in a way of its own.
var every = []maker{
	{"tcp", nettest.TCP, nil},
	{"tcp partial", nettest.TCP, []nettest.Option{nettest.Partial()}},
	{"tcp gso", nettest.TCP, []nettest.Option{nettest.TCPOptions(1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8), nettest.GSO(7)}},
	{"udp", nettest.UDP, nil},
	{"udp partial", nettest.UDP, []nettest.Option{nettest.Partial()}},
	{"udp gso", nettest.UDP, []nettest.Option{nettest.GSO(5)}},
	{"udplite", nettest.UDPLite, nil},
	{"dccp", nettest.DCCP, nil},
	{"sctp", nettest.SCTP, nil},
	{"echo", echo(false), nil},
	{"echo reply", echo(true), nil},
	{"gre", portless(GRE), nil},
}

// random makes endpoints; its seed is in the name of the test that fails.
type random struct{ *rand.Rand }

func seeded(seed uint64) random { return random{rand.New(rand.NewPCG(seed, 0))} }

// endpoint returns one that may be forwarded; its bytes are often extreme,
// since sums go wrong at 0 and 0xFFFF.
func (r random) endpoint(v6 bool) netip.AddrPort {
	a := netip.AddrFrom4([4]byte{10, r.byte(), r.byte(), r.byte()})
	if v6 {
		b := [16]byte{0x26, 0}
		for i := range b[2:] {
			b[2+i] = r.byte()
		}
		a = netip.AddrFrom16(b)
	}
	return netip.AddrPortFrom(a, uint16(r.byte())<<8|uint16(r.byte()))
}

func (r random) byte() byte {
	switch r.IntN(4) {
	case 0:
		return 0
	case 1:
		return 0xff
	}
	return byte(r.Uint32())
}

// key is the flow of a packet from src to dst, of the protocol and side that like has.
func key(like FlowKey, src, dst netip.AddrPort) FlowKey {
	return FlowKey{AddrFrom(src.Addr()), AddrFrom(dst.Addr()), src.Port(), dst.Port(), like.Proto, like.In}
}

func subtest(seed uint64, m maker, v6 bool) string {
	return m.name + map[bool]string{false: " v4", true: " v6"}[v6] + " seed " + strconv.FormatUint(seed, 10)
}
