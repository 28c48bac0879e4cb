package policy

import "sallyport/netstack"

// Evaluate decides about a packet that opens a conversation. A packet is seen
// as somebody who knows the network would speak of it: destination translation
// comes first, so that rules see the real destination and the source as it was
// sent; source translation comes last.
// It is pure, allocates nothing, and p must be parsed and whole.
func (rs *RuleSet) Evaluate(p *netstack.Packet) Decision {
	return rs.evaluate(p, false)
}

// evaluate asks the rules unless the packet passes unasked.
func (rs *RuleSet) evaluate(p *netstack.Packet, unasked bool) Decision {
	q := queryOf(p)
	version := q.scope & family(AnyFamily)
	t := rs.translateDestination(&q)
	out := rs.box.sideOf(q.dst)
	q.scope |= to(1 << out)
	switch {
	case !rs.box.routes(version, p.Flow.In, out):
		return Decision{Reason: netstack.NoRoute, Rule: DefaultRule, Out: out}
	case t.DstRule != 0 && out == netstack.Self:
		// The box's kernel would answer from an address that its peer never asked.
		return Decision{Reason: netstack.Untranslatable, Rule: DefaultRule, Out: out}
	}
	d := Decision{Verdict: netstack.Pass, Rule: NoRule}
	if !unasked {
		d = rs.judge(&q)
	}
	d.Out, d.Translation = out, t
	if d.Verdict == netstack.Pass && out != netstack.Self {
		rs.translateSource(&q, &d)
	}
	return d
}

// queryOf returns p as it arrives, with nothing said of where it goes.
func queryOf(p *netstack.Packet) query {
	version := scopeIPv4
	if p.Version == 6 {
		version = scopeIPv6
	}
	return query{
		scope:    from(1<<p.Flow.In) | version,
		icmpType: p.ICMPType, icmpCode: p.ICMPCode,
		proto:   p.Flow.Proto,
		srcPort: p.Flow.SrcPort, dstPort: p.Flow.DstPort,
		src: p.Flow.Src, dst: p.Flow.Dst,
	}
}

// translateDestination makes q's destination the real one.
func (rs *RuleSet) translateDestination(q *query) (t netstack.Translation) {
	i := rs.dnat.first(q)
	if i == none {
		return t
	}
	to := &rs.targets[i]
	t.Dst, t.DstRule = to.addr, to.number
	q.dst = to.addr
	if to.port != 0 && q.proto.HasPorts() {
		t.DstPort, q.dstPort = to.port, to.port
	}
	return t
}

// judge asks the rules; the answer has no translation yet.
func (rs *RuleSet) judge(q *query) Decision {
	i := rs.rules.first(q)
	if i == none {
		return Decision{Reason: netstack.Policy, Rule: DefaultRule}
	}
	o := &rs.outcomes[i]
	d := Decision{Verdict: o.action, Rule: uint32(i), Log: o.log, Terms: o.terms}
	if o.action != netstack.Pass {
		d.Reason = netstack.Policy
	}
	return d
}

// translateSource adds source translation to d. What should be translated and
// cannot be does not leave.
func (rs *RuleSet) translateSource(q *query, d *Decision) {
	i := rs.snat.first(q)
	if i == none {
		return
	}
	d.Translation.SrcRule = rs.sources[i]
	d.Translation.Pool = rs.egress.of(d.Out, q)
	if d.Translation.Pool == nil {
		d.Verdict, d.Reason = netstack.Drop, netstack.Untranslatable
	}
}
