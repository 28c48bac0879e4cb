package forward

import (
	"sallyport/netstack"
	"sallyport/policy"
	"sallyport/state"
)

// open asks the policy about a packet that belongs to no session, and makes one
// if it may. why is what the profile strict has against it; if there is
// anything, the rule that it meets must be of a profile that has not.
func (l *Lane) open(pol *Policy, why netstack.Reason, reply *netstack.Frame, now state.Instant) Outcome {
	p := l.pkt
	if r := pol.Rules.Admissible(p); r != netstack.ReasonNone {
		return refuse(r)
	}
	if why == netstack.ReasonNone {
		if o, ok := l.throughMapping(pol, reply, now); ok {
			return o
		}
	}
	d := pol.Rules.Evaluate(p)
	if why != netstack.ReasonNone {
		if r := pol.terms[d.Terms].Profile.Begins(p); r != netstack.ReasonNone {
			return refuse(r)
		}
	}
	a := pol.Admission(&d, p)
	return l.follow(pol, &d, &a, reply, now)
}

// pastTable is the way of a packet of a service that no table is kept of.
func (l *Lane) pastTable(pol *Policy, reply *netstack.Frame, now state.Instant) Outcome {
	p := l.pkt
	if r := pol.Rules.Admissible(p); r != netstack.ReasonNone {
		return refuse(r)
	}
	d := pol.Rules.EvaluateSYNOnly(p)
	a := pol.Admission(&d, p)
	a.NoEntry = true
	return l.follow(pol, &d, &a, reply, now)
}

// follow does what the policy has decided, as admission a if that is to pass.
func (l *Lane) follow(pol *Policy, d *policy.Decision, a *state.Admission, reply *netstack.Frame, now state.Instant) (o Outcome) {
	pol.hit(d.Rule, now)
	if l.trace != nil {
		l.trace.decided(d, a)
	}
	switch {
	case d.Verdict == netstack.Reject:
		return l.reject(pol, d.Rule, d.Reason, reply, now)
	case d.Verdict != netstack.Pass:
		return Outcome{Reason: d.Reason, Rule: d.Rule}
	case d.Out == netstack.Self:
		return l.toSelf(pol, d.Rule)
	}
	var m state.Match
	if r := l.openSession(a, now, &m); r != netstack.ReasonNone {
		o = Outcome{Reason: r, Condition: m.Condition, Rule: d.Rule, Session: m.Session}
		switch {
		case m.Condition == state.Unproven:
			o.Reply = l.challenge(reply, now)
		case a.Translation.Pool != nil && (r == netstack.NATExhausted || r == netstack.SourceLimit):
			o.Reply = l.deny(pol, reply, now)
		}
		return o
	}
	if m.Session != 0 {
		pol.opened(d.Rule)
	}
	l.leave(pol, &m, reply, now, &o)
	return o
}

// openSession has the table make the session, and sets m.
func (l *Lane) openSession(a *state.Admission, now state.Instant, m *state.Match) (r netstack.Reason) {
	if l.trace != nil {
		return l.rehearseOpen(a, now, m)
	}
	*m, r = l.engine.Table.Open(l.pkt, *a, now)
	return r
}
