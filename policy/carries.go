package policy

import "sallyport/netstack"

// Carries reports whether a conversation that was let in before could still be
// carried by the box as it is now, whatever the rules say: whether its ends are
// on the sides they were on, both sides forward its IP version, and, if its
// source is translated, its external endpoint is still one to lend. The keys are
// how packets of both directions look when they arrive.
func (rs *RuleSet) Carries(original, reply *netstack.FlowKey, sourceNAT bool) bool {
	version := scopeIPv4
	if !original.Src.Is4() {
		version = scopeIPv6
	}
	return rs.box.routes(version, original.In, reply.In) &&
		rs.box.livesOn(original.Src, original.In) && rs.box.livesOn(reply.Src, reply.In) &&
		(!sourceNAT || rs.lends(version, reply))
}

// lends reports whether the external endpoint that replies come to is one that
// sources are translated to.
func (rs *RuleSet) lends(version scope, reply *netstack.FlowKey) bool {
	pool := rs.egress.of(reply.In, &query{scope: version, proto: reply.Proto})
	if pool == nil {
		return false
	}
	if !reply.Proto.HasPorts() {
		return pool.Has(reply.Dst)
	}
	return pool.Lends(reply.Dst, reply.DstPort)
}

// livesOn reports whether a can be the address of a host on side.
func (b *box) livesOn(a netstack.Addr, side netstack.Side) bool {
	switch {
	case b.own.contains(a):
		return false
	case side == netstack.Inside:
		return !b.known || b.inside.contains(a)
	}
	return !b.inside.contains(a)
}
