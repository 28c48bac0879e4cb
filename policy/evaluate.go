package policy

import "sallyport/netstack"

// passage is a packet on its way through the policy: as it arrived, and as
// somebody who knows the network would speak of it.
type passage struct {
	arrived, real query
	in, out       netstack.Side
	translation   netstack.Translation
	lost          bool      // it should be translated and cannot be
	turned        bool      // it was sent to an external address that leads back inside
	unasked       bool      // the rules are not asked
	otherwise     *Decision // what is said if no rule matches
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
func (rs *RuleSet) Evaluate(p *netstack.Packet) (d Decision) {
	var g passage
	g.enter(p, &refused)
	rs.translateDestination(&g)
	d = rs.decide(&g)
	return d
}

// enter makes g, which is zero, the passage of p.
func (g *passage) enter(p *netstack.Packet, otherwise *Decision) {
	g.in, g.otherwise = p.Flow.In, otherwise
	g.arrived.read(p)
	g.real = g.arrived
}

// goesTo says where q goes.
func (q *query) goesTo(side netstack.Side) { q.scope = q.scope&^to(AnyZone) | to(1<<side) }

// decide decides about a packet whose real destination is known.
func (rs *RuleSet) decide(g *passage) (d Decision) {
	out := g.out
	g.real.goesTo(out)
	switch {
	case !rs.box.routes(g.arrived.scope&family(AnyFamily), g.in, out):
		return Decision{Reason: netstack.NoRoute, Rule: DefaultRule, Out: out}
	case g.lost || !g.translation.Dst.IsZero() && out == netstack.Self:
		// The box's kernel would answer from an address that its peer never asked.
		return Decision{Reason: netstack.Untranslatable, Rule: DefaultRule, Out: out}
	case g.turned && out == netstack.Inside:
		return rs.turn(g)
	}
	if g.unasked {
		d = *g.otherwise
	} else {
		rs.outcome(rs.rules.first(&g.real), g.otherwise, &d)
	}
	d.Out, d.Translation = out, g.translation
	if d.Verdict == netstack.Pass && out != netstack.Self {
		rs.translateSource(rs.snat.first(&g.real), out, &g.real, &d)
	}
	return d
}

// queryOf returns p as it arrives, with nothing said of where it goes.
func queryOf(p *netstack.Packet) (q query) {
	q.read(p)
	return q
}

// read makes q, which is zero, that of p.
func (q *query) read(p *netstack.Packet) {
	q.scope = from(1<<p.Flow.In) | scopeIPv4
	if p.Version == 6 {
		q.scope = from(1<<p.Flow.In) | scopeIPv6
	}
	q.icmpType, q.icmpCode, q.proto = p.ICMPType, p.ICMPCode, p.Flow.Proto
	q.src, q.srcPort, q.dst, q.dstPort = p.Flow.Src, p.Flow.SrcPort, p.Flow.Dst, p.Flow.DstPort
}

// translateDestination finds out where g really goes.
func (rs *RuleSet) translateDestination(g *passage) {
	g.out = rs.box.sideOf(g.arrived.dst, g.in)
	g.arrived.goesTo(g.out)
	if i := rs.dnat.first(&g.arrived); i != none {
		rs.send(i, g)
	} else if i := rs.hairpins.first(&g.arrived); i != none {
		sent := *g
		if rs.send(i, &sent); sent.out == netstack.Inside {
			*g = sent
		}
	}
}

// send translates the destination of g by target i.
func (rs *RuleSet) send(i int, g *passage) {
	if t := &rs.targets[i]; !t.exempt {
		g.lost = !t.sendTo(&rs.box, g)
	}
}

// outcome makes d, which is zero, what follows from rule i, or otherwise if there
// is none; it has no translation yet.
func (rs *RuleSet) outcome(i int, otherwise, d *Decision) {
	if i == none {
		*d = *otherwise
		return
	}
	o := &rs.outcomes[i]
	d.Verdict, d.Rule, d.Log, d.Terms, d.Limit = o.action, uint32(i), o.log, o.terms, o.limit
	if o.action != netstack.Pass {
		d.Reason = netstack.Policy
	}
}
