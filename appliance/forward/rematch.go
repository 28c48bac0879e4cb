package forward

import (
	"slices"

	"sallyport/netstack"
	"sallyport/policy"
	"sallyport/state"
)

// Rematch is what becomes of a session that an earlier policy let in and the one
// in force would not.
type Rematch uint8

const (
	Kill   Rematch = iota // it ends: at its next packet, or when a walk comes by
	Report                // it is said, and goes on
	Keep                  // nothing is looked at
)

// isOld reports whether the packet is of a session that pol is to judge again
// before it passes.
func (pol *Policy) isOld(m *state.Match) bool {
	return m.Generation < pol.Generation && pol.Rematch == Kill
}

// again judges the session of a packet that belongs to it, and lets that pass if
// the session may go on.
func (l *Lane) again(pol *Policy, m *state.Match, reply *netstack.Frame, now state.Instant) (o Outcome) {
	v, ok := l.engine.Table.Session(m.Session, now)
	if !ok || v.Generation >= pol.Generation {
		l.leave(pol, m, reply, now, &o) // another worker has just been here
		return o
	}
	d := pol.Rejudge(&v)
	if l.trace != nil {
		l.trace.Again = &d
	}
	if d.Verdict == netstack.Pass {
		if l.trace == nil {
			pol.readmit(l.engine.Table, &v, &d, now)
		}
		m.Rule, m.Generation = d.Rule, pol.Generation
		l.leave(pol, m, reply, now, &o)
		return o
	}
	if l.trace == nil {
		l.engine.Table.Revoke(v.ID, v.Generation, CauseOf(&d))
	}
	pol.hit(d.Rule, now)
	if d.Verdict == netstack.Reject && l.pkt.ICMP != netstack.ICMPError {
		return l.reject(pol, d.Rule, d.Reason, reply, now)
	}
	return Outcome{Reason: d.Reason, Rule: d.Rule, Session: m.Session}
}

// Rejudge is what the policy says of a session that an earlier one let in.
// One that came through a mapping, by no rule of its own, may stay as long as
// there is the rule that let the mapping out.
func (pol *Policy) Rejudge(v *state.View) policy.Decision {
	d := pol.Rules.Rejudge(&v.Original, &v.Reply, v.Flags&state.ThroughMapping != 0)
	if d.Verdict != netstack.Pass || d.Rule != NoRule {
		return d
	}
	rule, known := pol.sameRule(v.Generation, v.Rule)
	if known && !pol.Rules.LetsIn(rule) {
		return policy.Decision{Reason: netstack.Policy, Rule: policy.DefaultRule, Out: d.Out}
	}
	d.Rule = rule
	return d
}

// sameRule returns the number of the rule that has the name which a rule of an
// earlier policy had, NoRule if there is none; not known if that was too long ago.
func (pol *Policy) sameRule(generation, rule uint32) (same uint32, known bool) {
	h := pol.hitsOf(generation, rule)
	i := slices.Index(pol.named, h)
	switch {
	case h == nil:
		return NoRule, false
	case i < 0 || i == len(pol.named)-1:
		return NoRule, true
	}
	return uint32(i), true
}

// CauseOf is why a session ends that d refuses.
func CauseOf(d *policy.Decision) state.Cause {
	if d.Reason == netstack.Policy {
		return state.CauseRefused
	}
	return state.CauseMoved
}

// readmit makes a session that d lets in one of this policy.
func (pol *Policy) readmit(t *state.Table, v *state.View, d *policy.Decision, now state.Instant) bool {
	return t.Readmit(v.ID, v.Generation, state.Readmission{
		Rule: d.Rule, Generation: pol.Generation, Log: d.Log,
		Terms:   pol.TermsOf(d.Terms, v.Reply.Proto, v.Reply.SrcPort),
		Limit:   pol.LimitOf(d.Limit),
		DstRule: d.Translation.DstRule, SrcRule: d.Translation.SrcRule,
	}, now)
}

// Fate is what a walk has made of a session.
type Fate uint8

const (
	Untouched Fate = iota // it is gone, or of this policy already
	Readmitted
	Refused // by the rules
	Moved   // it could not be carried any more
	Fates
)

// Revise judges a session that an earlier policy let in, and does what follows.
// The view may be old: who has changed meanwhile is left alone. With Report,
// what is refused goes on.
func (e *Engine) Revise(pol *Policy, v *state.View, now state.Instant) (Fate, policy.Decision) {
	d := pol.Rejudge(v)
	switch {
	case d.Verdict == netstack.Pass:
		if !pol.readmit(e.Table, v, &d, now) {
			return Untouched, d
		}
		return Readmitted, d
	case pol.Rematch == Kill && !e.Table.Revoke(v.ID, v.Generation, CauseOf(&d)):
		return Untouched, d
	case d.Reason == netstack.Policy:
		return Refused, d
	}
	return Moved, d
}
