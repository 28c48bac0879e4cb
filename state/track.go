package state

import "sallyport/netstack"

// Track finds the session that p belongs to and lets its tracker judge p. p's
// checksum and TCP flags have been tested: see netstack. It allocates nothing.
//
//   - Match.Session not 0, ReasonNone: p belongs to that session and leaves as
//     the Match says.
//   - Match.Session not 0 and a reason: p looks like that session's, and is
//     refused. It has changed nothing.
//   - Match.Session 0, ReasonNone: p belongs to no session and may begin one.
//     Ask the policy, then call Open.
//   - Match.Session 0 and a reason: p belongs to no session and cannot begin
//     one, whatever the policy says.
func (t *Table) Track(p *netstack.Packet, now Instant) (Match, netstack.Reason) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case p.Fragment.Is:
		return Match{}, netstack.FragLimit
	case p.ICMP == netstack.ICMPError:
		return t.trackError(p, now)
	}
	r, d := t.find(&p.Flow, now)
	if r == 0 {
		return Match{}, opens(p)
	}
	m, v := t.admit(r, d, p, now)
	if v.fresh {
		return Match{}, netstack.ReasonNone
	}
	return m, v.reason
}

// admit lets the tracker of session r see p, and does what follows from it.
func (t *Table) admit(r ref, d Direction, p *netstack.Packet, now Instant) (Match, ruling) {
	s := t.sessions.at(r)
	before := s.phase
	v := t.judge(s, d, p)
	m := t.match(r, d)
	if v != belongs {
		return m, v
	}
	s.count(d, p)
	s.seen = now
	if d == Reply {
		s.flags |= Replied
	}
	if s.phase != before || !before.over() {
		t.rearm(s, now)
	}
	if s.phase != before {
		m.Event = t.turn(r, before)
	}
	return m, v
}

// rearm starts the timer of the session's phase.
func (t *Table) rearm(s *session, now Instant) {
	s.timer = timerOf(s.key[Original].Proto, s.phase)
	s.expires = now + Instant(t.termsOf(s).Timeouts[s.timer])
}

// turn does what follows from a session's change of phase.
func (t *Table) turn(r ref, before phase) Event {
	s := t.sessions.at(r)
	t.inPhase[before]--
	t.inPhase[s.phase]++
	if !s.phase.over() {
		return NoEvent
	}
	why := CauseClosed
	if s.phase == reset {
		why = CauseReset
	}
	return t.report(r, why)
}

// match returns the place of a packet of direction d in session r.
func (t *Table) match(r ref, d Direction) Match {
	s := t.sessions.at(r)
	other := &s.key[d.Opposite()]
	return Match{
		Session:    t.id(r),
		Dir:        d,
		Out:        other.In,
		Leave:      other.Reverse(s.key[d].In),
		Rule:       s.rule,
		Generation: s.generation,
	}
}
