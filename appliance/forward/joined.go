package forward

import (
	"sallyport/netstack"
	"sallyport/state"
)

// joined is a datagram that came in fragments: put together in a frame, to be
// judged and rewritten as any packet is, and then taken apart again.
type joined struct {
	whole   state.Whole     // its fragments as they came; none: no datagram
	headers int             // as of state.Whole
	pkt     netstack.Packet // the view of it, once it is rewritten
	frame   *netstack.Frame // holds it
	first   *netstack.Frame // room for its first fragment, to be quoted
}

func newJoined() joined {
	return joined{frame: netstack.NewDatagramFrame(), first: netstack.NewFrame()}
}

// hold keeps the fragment l.pkt until its datagram is complete, and then decides
// about that. What does not depend on the rest of it is asked before anything is
// kept, so that a flood costs no more than its packets.
func (l *Lane) hold(pol *Policy, reply *netstack.Frame, now state.Instant) Outcome {
	p, j := l.pkt, &l.joined
	in := p.Flow.In
	if r := pol.Rules.Admissible(p); r != netstack.ReasonNone {
		return refuse(r)
	}
	if rule, refused := l.refusesWhatever(pol); refused {
		pol.hit(rule, now)
		return Outcome{Reason: netstack.Policy, Rule: rule}
	}
	if l.trace != nil {
		l.engine.Fragments = l.engine.Fragments.Copy(in)
	}
	whole, r := l.engine.Fragments.Hold(p, now)
	switch {
	case r != netstack.ReasonNone:
		return refuse(r)
	case whole.Fragments == 0:
		return Outcome{Verdict: netstack.Hold, Rule: NoRule}
	}
	j.whole, j.headers = whole, whole.Headers
	var o Outcome
	l.judgeJoined(in, pol, reply, now, &o)
	o.Fragments, o.Bytes = whole.Fragments, whole.Bytes
	if j.pkt = *l.pkt; o.Verdict != netstack.Pass {
		j.whole.Discard()
	}
	return o
}

// refusesWhatever reports whether the fragment's datagram could neither be of a
// session nor begin one, whatever the rest of it is, and which rule says so: a
// flood of fragments can be stopped by a rule. The profile fw1 is as it was in
// FireWall-1, where no rule could (BID 1312).
func (l *Lane) refusesWhatever(pol *Policy) (rule uint32, refused bool) {
	if pol.fw1 {
		return NoRule, false
	}
	rule, refused = pol.Rules.RefusesWhatever(l.pkt)
	return rule, refused && !l.engine.Table.MayKnow(l.pkt)
}

// judgeJoined decides about the datagram as a whole.
func (l *Lane) judgeJoined(in netstack.Side, pol *Policy, reply *netstack.Frame, now state.Instant, o *Outcome) {
	l.joined.whole.Assemble(l.joined.frame)
	if l.trace != nil {
		l.trace.Whole = true
	}
	r := l.pkt.Parse(in, l.joined.frame)
	l.flow = l.pkt.Flow
	if r != netstack.ReasonNone {
		*o = refuse(r)
		return
	}
	l.judge(pol, l.engine.Table.Foresee(l.pkt), reply, now, o)
}

// asSent returns the packet that l decides about as its sender sent it, for an
// ICMP error: of a datagram in fragments, the first (RFC 1812 4.3.2.7).
func (l *Lane) asSent(pol *Policy) *netstack.Packet {
	j := &l.joined
	if j.whole.Fragments == 0 {
		return l.pkt
	}
	j.whole.First(j.first)
	pol.parse(&j.pkt, l.pkt.Flow.In, j.first) // as it was when it came
	return &j.pkt
}

// Next makes f the next fragment of the datagram, as it is to leave. It returns
// false when there is none left.
func (j *joined) Next(f *netstack.Frame) bool {
	q, ok := j.whole.Next(f)
	if ok {
		j.pkt.Imprint(f, q, j.headers)
	}
	return ok
}
