package state

import (
	"math/rand/v2"
	"net/netip"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// source is where random traffic takes its choices from.
type source interface {
	pick(n int) int // 0 <= pick < n
}

type randomSource struct{ *rand.Rand }

func (r randomSource) pick(n int) int { return r.IntN(n) }

// byteSource takes its choices from a fuzzer's bytes, and ends with them.
type byteSource struct{ b []byte }

func (f *byteSource) pick(n int) int {
	if len(f.b) == 0 {
		return 0
	}
	c := f.b[0]
	f.b = f.b[1:]
	return int(c) % n
}

// traffic makes packets among few hosts and ports, so that they meet, most of
// them of a session that the table has.
type traffic struct {
	source
	table *Table
}

func one[T any](s source, of ...T) T { return of[s.pick(len(of))] }

func (x *traffic) next() (netstack.Side, nettest.Packet) {
	s := x.session()
	if s == nil || x.pick(6) == 0 {
		k := x.stranger()
		return k.In, x.packet(k, &peer{}, &peer{}, one(x, netstack.ICMPQuery, netstack.ICMPReply))
	}
	d := Direction(x.pick(2))
	in := s.in(d)
	if x.pick(10) == 0 {
		in = in.Opposite()
	}
	if x.pick(8) == 0 {
		return in, x.error(s, d)
	}
	kind := [2]netstack.ICMPKind{netstack.ICMPQuery, netstack.ICMPReply}[d]
	return in, x.packet(s.key(d), &s.peer[d], &s.peer[d.Opposite()], kind)
}

// session returns any record of the table, live or not.
func (x *traffic) session() *session {
	if x.table.sessions.used == 0 {
		return nil
	}
	s := x.table.sessions.at(1 + ref(x.pick(int(x.table.sessions.used))))
	if s.phase == free {
		return nil
	}
	return s
}

// stranger returns the flow of no session in particular.
func (x *traffic) stranger() netstack.FlowKey {
	k := netstack.FlowKey{
		Src:     address(one(x, "10.1.0.1", "10.1.0.2", "10.1.0.3")),
		Dst:     address(one(x, "1.1.1.1", "1.1.1.2", "192.0.2.1")),
		SrcPort: one[uint16](x, 8, 53, 1024, 1025, 1030),
		DstPort: one[uint16](x, 53, 80, 1024, 1025, 1026),
		Proto:   one(x, netstack.TCP, netstack.TCP, netstack.TCP, netstack.UDP, netstack.UDP, netstack.ICMP, netstack.GRE),
	}
	if x.pick(3) == 0 {
		return k.Reverse(netstack.Outside)
	}
	return k
}

// packet returns a packet of flow k from src to dst.
func (x *traffic) packet(k netstack.FlowKey, src, dst *peer, kind netstack.ICMPKind) nettest.Packet {
	from, to := endpoints(k)
	switch k.Proto {
	case netstack.TCP:
		return nettest.TCP(from, to, x.segment(src, dst)...)
	case netstack.UDP:
		return nettest.UDP(from, to, data(x.pick(50)))
	case netstack.ICMP:
		if kind == netstack.ICMPQuery {
			return nettest.ICMPEcho(k.Src.String(), k.Dst.String(), nettest.ID(k.SrcPort))
		}
		return nettest.ICMPEchoReply(k.Src.String(), k.Dst.String(), nettest.ID(k.DstPort))
	}
	return nettest.IP(k.Src.String(), k.Dst.String(), k.Proto, data(20))
}

func endpoints(k netstack.FlowKey) (from, to string) {
	return netip.AddrPortFrom(k.Src.Netip(), k.SrcPort).String(), netip.AddrPortFrom(k.Dst.Netip(), k.DstPort).String()
}

// segment returns what a segment says, right more often than not.
func (x *traffic) segment(src, dst *peer) []nettest.Option {
	flags := one(x, "S", "SA", "SA", "A", "A", "A", "PA", "FA", "FA", "R", "RA", "")
	if *src == *dst && x.pick(2) == 0 {
		flags = "S"
	}
	seq := src.seqLo + one[uint32](x, 0, 0, 0, 1, 100000, ^uint32(0))
	if x.pick(4) == 0 {
		seq = dst.ack
	}
	return []nettest.Option{
		nettest.Flags(flags),
		nettest.Seq(seq),
		nettest.Ack(dst.seqLo + one[uint32](x, 0, 0, 0, 1, ^uint32(0))),
		data(one(x, 0, 0, 100)),
	}
}

// error returns an ICMP error that travels direction d of s.
func (x *traffic) error(s *session, d Direction) nettest.Packet {
	quoted := x.packet(s.key(d).Reverse(0), &s.peer[d.Opposite()], &s.peer[d], [2]netstack.ICMPKind{netstack.ICMPReply, netstack.ICMPQuery}[d])
	from := one(x, s.addrs[d].src.String(), "198.51.100.9")
	return nettest.Unreachable(from, s.addrs[d].dst.String(), 1, quoted)
}

// admission returns what some policy would admit a packet with.
func (x *traffic) admission(nat bool) Admission {
	a := Admission{Rule: uint32(x.pick(5)), Out: one(x, netstack.Outside, netstack.Outside, netstack.Inside), Log: x.pick(2) == 0}
	if !nat {
		return a
	}
	if x.pick(4) > 0 {
		a.Translation.Pool = one(x, smallPools...)
	}
	if x.pick(4) == 0 {
		a.Translation.Dst, a.Translation.DstPort = address("10.1.0.1"), one[uint16](x, 0, 80)
	}
	return a
}

var smallPools = []*netstack.Pool{
	pool("192.0.2.1", 1024, 1028),
	poolOf("192.0.2.1", netstack.PortRange{First: 50, Last: 53}, netstack.PortRange{First: 1027, Last: 1030}),
	pool("192.0.2.2", 1024, 1025),
}
