package policy

import "sallyport/netstack"

// Rejudge decides about a conversation that was let in before, as it would about
// the packet that opened it. The keys are how packets of both directions look
// when they arrive; mapped says that it came to the external endpoint of a
// mapping.
//
// What was translated stays as it is: a conversation that would now be led to
// another host may go on with the one it has, if the rules let it go there. It
// may not if it could not be carried any more (see Carries), if its external
// address is not one to lend, or if it leaves with its own address and should
// not.
//
// The Translation of the Decision has nothing but the numbers of the rules that
// translate as it is translated.
func (rs *RuleSet) Rejudge(original, reply *netstack.FlowKey, mapped bool) Decision {
	d := rs.again(original, reply, mapped)
	switch {
	case d.Verdict != netstack.Pass:
		return d
	case !rs.Carries(original, reply, false):
		return Decision{Reason: netstack.NoRoute, Rule: DefaultRule, Out: reply.In}
	}
	if !rs.translates(original, reply, &d.Translation) {
		d.Verdict, d.Reason = netstack.Drop, netstack.Untranslatable
	}
	d.Translation = netstack.Translation{DstRule: d.Translation.DstRule, SrcRule: d.Translation.SrcRule}
	return d
}

// again decides about the opening packet, and once more where the conversation
// really goes if that is elsewhere.
func (rs *RuleSet) again(original, reply *netstack.FlowKey, mapped bool) Decision {
	g := recall(original)
	if mapped {
		g.otherwise = &unopposed
		g.lead(reply)
		return rs.decide(&g)
	}
	rs.translateDestination(&g)
	d := rs.decide(&g)
	switch {
	case d.Verdict != netstack.Pass, g.leads(reply):
		return d
	case d.Out == netstack.Self:
		return Decision{Reason: netstack.Untranslatable, Rule: d.Rule, Out: d.Out}
	}
	g.lead(reply)
	d = rs.decide(&g)
	d.Translation.DstRule = 0
	return d
}

// recall returns the packet that opened the conversation.
func recall(k *netstack.FlowKey) passage {
	q := query{
		scope: from(1<<k.In) | scopeIPv4,
		proto: k.Proto, srcPort: k.SrcPort, dstPort: k.DstPort, src: k.Src, dst: k.Dst,
	}
	if !k.Src.Is4() {
		q.scope = from(1<<k.In) | scopeIPv6
	}
	if k.Proto == netstack.ICMP || k.Proto == netstack.ICMPv6 {
		q.icmpType = uint8(k.DstPort) // a query, whose code is 0
	}
	return passage{arrived: q, real: q, in: k.In, otherwise: &refused}
}

// leads reports whether g goes where the conversation's replies come from.
func (g *passage) leads(reply *netstack.FlowKey) bool {
	return g.out == reply.In && g.real.dst == reply.Src && (!reply.Proto.HasPorts() || g.real.dstPort == reply.SrcPort)
}

// lead makes g go there.
func (g *passage) lead(reply *netstack.FlowKey) {
	g.real.dst, g.out, g.lost = reply.Src, reply.In, false
	g.translation = netstack.Translation{DstRule: g.translation.DstRule}
	if g.arrived.dst != reply.Src {
		g.translation.Dst = reply.Src
	}
	g.turned = g.in == netstack.Inside && g.out == netstack.Inside && g.translation.Dst == reply.Src
	if reply.Proto.HasPorts() {
		g.real.dstPort = reply.SrcPort
	}
}

// translates reports whether the conversation's source may look as it does. t is
// what a new one would get; its SrcRule is cleared if that is not what the
// conversation has, which may stay all the same while its external address is
// the box's own, or one that is lent.
func (rs *RuleSet) translates(original, reply *netstack.FlowKey, t *netstack.Translation) bool {
	has := reply.Dst != original.Src || reply.Proto.HasPorts() && reply.DstPort != original.SrcPort
	switch {
	case !has:
		return !t.TranslatesSource() || t.Src == reply.Dst
	case t.Pool != nil && lends(t.Pool, reply), !t.Src.IsZero() && t.Src == reply.Dst:
		return true
	}
	t.SrcRule = 0
	return rs.IsOwn(reply.Dst) || rs.lends(original.Src, reply)
}

// lends reports whether the pool may lend the external endpoint of these replies.
func lends(p *netstack.Pool, reply *netstack.FlowKey) bool {
	if !reply.Proto.HasPorts() {
		return p.Has(reply.Dst)
	}
	return p.Lends(reply.Dst, reply.DstPort)
}
