package policy

import (
	"slices"

	"sallyport/netstack"
)

// Carries reports whether a conversation that was let in before could still be
// carried by the box as it is now, whatever the rules say: whether its ends are
// on the sides they were on, both sides forward its IP version, and the external
// addresses that stand for them are still the box's to use. The keys are how
// packets of both directions look when they arrive; sourceNAT says that the
// source is translated, not only the destination.
func (rs *RuleSet) Carries(original, reply *netstack.FlowKey, sourceNAT bool) bool {
	version := scopeIPv4
	if !original.Src.Is4() {
		version = scopeIPv6
	}
	return rs.box.routes(version, original.In, reply.In) &&
		rs.box.livesOn(original.Src, original.In) && rs.box.livesOn(reply.Src, reply.In) &&
		(original.Dst == reply.Src || rs.receives(original.Dst)) &&
		(!sourceNAT || rs.lends(original.Src, reply))
}

// receives reports whether a can be an address that the box takes packets at for
// other hosts.
func (rs *RuleSet) receives(a netstack.Addr) bool {
	return rs.box.own.contains(a) || rs.lent.contains(a) ||
		slices.ContainsFunc(rs.dnat.conditions, func(c condition) bool { return c.dst.contains(a) })
}

// lends reports whether the external endpoint that replies come to is one that
// the source is or may be translated to. A hairpinned session's is the outside's.
func (rs *RuleSet) lends(source netstack.Addr, reply *netstack.FlowKey) bool {
	q := query{scope: scopeIPv4, proto: reply.Proto}
	if !source.Is4() {
		q.scope = scopeIPv6
	}
	for i := range rs.sources {
		s := &rs.sources[i]
		if s.gives(reply.In, &q, source, reply) || reply.In == netstack.Inside && s.gives(netstack.Outside, &q, source, reply) {
			return true
		}
	}
	return false
}

// gives reports whether s may give the source the endpoint that replies come to,
// on the side out.
func (s *source) gives(out netstack.Side, q *query, from netstack.Addr, reply *netstack.FlowKey) bool {
	if s.whole != nil {
		a, ok := s.whole.outward(from)
		return ok && s.whole.real.contains(from) && a == reply.Dst
	}
	pool := s.egress.of(out, q)
	return pool != nil && pool.Has(reply.Dst) && (!q.proto.HasPorts() || pool.Lends(reply.Dst, reply.DstPort))
}

// livesOn reports whether a can be the address of a host on side.
func (b *box) livesOn(a netstack.Addr, side netstack.Side) bool {
	switch {
	case b.own.contains(a):
		return false
	case side == netstack.Inside:
		return !b.known || b.inside.contains(a)
	}
	return !b.inside.contains(a) || b.shared.contains(a)
}
