package state

import "sallyport/netstack"

// A session has two keys: how the packets of each direction look when they
// arrive, before any translation. Under NAT the two differ by more than Reverse: a
// packet of one direction leaves looking like the other's reversed. They have one
// protocol, and arrive at doors, of which there are two: so they lie apart in the
// record, without what would be there twice.

// addrs and ports are of the packets of one direction.
type addrs struct{ src, dst netstack.Addr }

type ports struct{ src, dst uint16 }

// in returns the side that packets of direction d arrive on.
func (s *session) in(d Direction) netstack.Side { return netstack.Side(s.sides >> (d & 1) & 1) }

// key returns the key of direction d.
func (s *session) key(d Direction) netstack.FlowKey {
	a, p := &s.addrs[d], &s.ports[d]
	return netstack.FlowKey{Src: a.src, Dst: a.dst, SrcPort: p.src, DstPort: p.dst, Proto: s.proto, In: s.in(d)}
}

// keys returns both.
func (s *session) keys() (k [2]netstack.FlowKey) {
	for d := range s.addrs {
		a, p := &s.addrs[d], &s.ports[d]
		k[d].Src, k[d].Dst, k[d].SrcPort, k[d].DstPort = a.src, a.dst, p.src, p.dst
		k[d].Proto, k[d].In = s.proto, s.in(Direction(d))
	}
	return k
}

// setKeys makes them the session's. They have one protocol, and come from doors.
func (s *session) setKeys(original, reply *netstack.FlowKey) {
	s.setKey(Original, original)
	s.setKey(Reply, reply)
	s.proto, s.sides = original.Proto, uint8(original.In)|uint8(reply.In)<<Reply
}

func (s *session) setKey(d Direction, k *netstack.FlowKey) {
	a, p := &s.addrs[d], &s.ports[d]
	a.src, a.dst, p.src, p.dst = k.Src, k.Dst, k.SrcPort, k.DstPort
}

// is reports whether k is the key of direction d.
func (s *session) is(d Direction, k *netstack.FlowKey) bool {
	a, p := &s.addrs[d], &s.ports[d]
	return a.src == k.Src && a.dst == k.Dst && p.src == k.SrcPort && p.dst == k.DstPort && s.proto == k.Proto && s.in(d) == k.In
}

// match makes m the place of a packet of direction d, but for the session's name.
func (s *session) match(d Direction, m *Match) {
	leave, other := &m.Leave, d^1
	a, p := &s.addrs[other], &s.ports[other]
	m.Dir, m.Out, m.Rule, m.Generation = d, netstack.Side(s.sides>>other&1), s.rule, s.generation
	// The other key's Reverse, written in place.
	leave.Src, leave.SrcPort, leave.Dst, leave.DstPort = a.dst, p.dst, a.src, p.src
	leave.Proto, leave.In = s.proto, netstack.Side(s.sides>>d&1)
}
