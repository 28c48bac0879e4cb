package forward

import (
	"sallyport/netstack"
	"sallyport/policy"
	"sallyport/state"
)

// throughMapping is the way of a packet that belongs to no session and is
// addressed to the external endpoint of a mapping; false if it is to none, or if
// its filtering keeps the packet out and the rules let it in by another way.
func (l *Lane) throughMapping(pol *Policy, reply *netstack.Frame, now state.Instant) (Outcome, bool) {
	m, ok := l.engine.Table.Mapped(l.pkt, now)
	if !ok {
		return Outcome{}, false
	}
	if l.trace != nil {
		found := m // only here on the heap
		l.trace.Mapped = &found
	}
	if !m.Admits {
		if d := pol.Rules.Evaluate(l.pkt); d.Verdict == netstack.Pass {
			return Outcome{}, false
		}
		l.answerLater(pol, &m, reply, now)
		return refuse(netstack.NATFiltered), true
	}
	d := pol.Rules.EvaluateMapped(l.pkt, pol.end(&m))
	if d.Verdict != netstack.Pass {
		l.answerLater(pol, &m, reply, now)
		pol.hit(d.Rule, now)
		return Outcome{Reason: d.Reason, Rule: d.Rule}, true
	}
	a := pol.Admission(&d, l.pkt)
	a.Mapped = true
	if d.Rule == NoRule { // it came because the mapping was let out
		a.Rule, a.Generation = m.Rule, m.Generation
	}
	return l.follow(pol, &d, &a, reply, now), true
}

// end is the inside end of m as the rules know it. Numbers of another generation
// mean nothing to them.
func (pol *Policy) end(m *state.Mapped) policy.MappedEnd {
	e := policy.MappedEnd{Addr: m.Addr, Port: m.Port, Side: m.Side}
	if m.Generation == pol.Generation {
		e.Rule = m.SrcRule
	}
	return e
}
