package policy

import "sallyport/netstack"

// passage is a packet on its way through the policy: as it arrived, and as
// somebody who knows the network would speak of it.
type passage struct {
	arrived, real query
	in, out       netstack.Side
	translation   netstack.Translation
	turned        bool // it was sent to an external address that leads back inside
	unasked       bool // the rules are not asked
	otherwise     Decision
}

// refused is what is said of a packet that no rule matches.
var refused = Decision{Reason: netstack.Policy, Rule: DefaultRule}

// unopposed is what is said of a packet that needs no rule.
var unopposed = Decision{Verdict: netstack.Pass, Rule: NoRule}

// Evaluate decides about a packet that opens a conversation. A packet is seen
// as somebody who knows the network would speak of it: destination translation
// comes first, so that rules see the real destination and the source as it was
// sent; source translation comes last.
// It is pure, allocates nothing, and p must be parsed and whole.
func (rs *RuleSet) Evaluate(p *netstack.Packet) Decision {
	g := enter(p, refused)
	rs.translateDestination(&g)
	return rs.decide(&g)
}

func enter(p *netstack.Packet, otherwise Decision) passage {
	arrived := queryOf(p)
	return passage{arrived: arrived, real: arrived, in: p.Flow.In, otherwise: otherwise}
}

// decide decides about a packet whose real destination is known.
func (rs *RuleSet) decide(g *passage) Decision {
	out := g.out
	g.real.scope |= to(1 << out)
	switch {
	case !rs.box.routes(g.arrived.scope&family(AnyFamily), g.in, out):
		return Decision{Reason: netstack.NoRoute, Rule: DefaultRule, Out: out}
	case !g.translation.Dst.IsZero() && out == netstack.Self:
		// The box's kernel would answer from an address that its peer never asked.
		return Decision{Reason: netstack.Untranslatable, Rule: DefaultRule, Out: out}
	case g.turned && out == netstack.Inside:
		return rs.turn(g)
	}
	d := g.otherwise
	if !g.unasked {
		d = rs.outcome(rs.rules.first(&g.real), g.otherwise)
	}
	d.Out, d.Translation = out, g.translation
	if d.Verdict == netstack.Pass && out != netstack.Self {
		rs.translateSource(rs.snat.first(&g.real), out, &g.real, &d)
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

// translateDestination finds out where g really goes.
func (rs *RuleSet) translateDestination(g *passage) {
	i := rs.dnat.first(&g.arrived)
	if i == none {
		i = rs.hairpins.first(&g.arrived)
	}
	if i != none {
		g.sendTo(&rs.targets[i])
	}
	g.out = rs.box.sideOf(g.real.dst)
}

// sendTo translates g's destination.
func (g *passage) sendTo(to *target) {
	q, t := &g.real, &g.translation
	t.Dst, t.DstRule = to.addr, to.number
	g.turned = g.in == netstack.Inside && to.external.contains(g.arrived.dst)
	q.dst = to.addr
	if to.port != 0 && q.proto.HasPorts() {
		t.DstPort, q.dstPort = to.port, to.port
	}
}

// outcome returns what follows from rule i, or otherwise if there is none; it has
// no translation yet.
func (rs *RuleSet) outcome(i int, otherwise Decision) Decision {
	if i == none {
		return otherwise
	}
	o := &rs.outcomes[i]
	d := Decision{Verdict: o.action, Rule: uint32(i), Log: o.log, Terms: o.terms, Limit: o.limit}
	if o.action != netstack.Pass {
		d.Reason = netstack.Policy
	}
	return d
}

// translateSource adds source translation i to d, with an address of the side
// out. What should be translated and cannot be does not leave.
func (rs *RuleSet) translateSource(i int, out netstack.Side, q *query, d *Decision) {
	if i == none {
		return
	}
	d.Translation.SrcRule = rs.sources[i]
	d.Translation.Pool = rs.egress.of(out, q)
	if d.Translation.Pool == nil {
		d.Verdict, d.Reason = netstack.Drop, netstack.Untranslatable
	}
}
