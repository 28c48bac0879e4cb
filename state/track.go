package state

import "sallyport/netstack"

// Track finds the session that p belongs to and lets its tracker judge p. p's
// checksum and TCP flags have been tested: see netstack. It allocates nothing.
//
//   - Match.Session not 0, ReasonNone: p belongs to that session and leaves as
//     the Match says.
//   - Match.Session not 0 and a reason: p looks like that session's, and is
//     refused. It has changed nothing.
//   - Match.Session 0, ReasonNone: p belongs to no session and may begin one,
//     or is a SYN that may in time take a session's place. Ask the policy, then
//     call Open.
//   - Match.Session 0 and a reason: p belongs to no session and cannot begin
//     one, whatever the policy says.
func (t *Table) Track(p *netstack.Packet, now Instant) (Match, netstack.Reason) {
	var m Match
	reason := t.TrackAt(t.Foresee(p), p, now, &m)
	return m, reason
}

// TrackAt is Track for a packet with Foresight: at is from Foresee of p, and
// may have been through Approach. m must be zero, and becomes the Match.
func (t *Table) TrackAt(at Place, p *netstack.Packet, now Instant, m *Match) netstack.Reason {
	reason, ok := t.trackAlone(at, p, now, m)
	if !ok {
		reason = t.trackLocked(at, p, now, m)
	}
	switch {
	case m.completes:
		t.guard.meet(p, now)
	case reason == netstack.NoSession:
		t.guard.hear(p, now)
	}
	return reason
}

// trackLocked is TrackAt with the table's lock.
func (t *Table) trackLocked(at Place, p *netstack.Packet, now Instant, m *Match) netstack.Reason {
	t.lockAll()
	defer t.mu.Unlock()
	return t.track(p, at.hash, now, m)
}

// track is trackLocked for who has the lock. m is zero, and set if there is a
// session: it is long, and would be copied at every step.
func (t *Table) track(p *netstack.Packet, hash uint32, now Instant, m *Match) netstack.Reason {
	switch {
	case p.Fragment.Is:
		return netstack.FragLimit
	case p.ICMP == netstack.ICMPError:
		return t.trackError(p, now, m)
	}
	r, d := t.findHashed(&p.Flow, hash, now)
	if r == 0 {
		return opens(p)
	}
	t.hold(r)
	defer t.let(r)
	return t.admit(r, d, p, now, m).reason
}

// admit lets the tracker of session r see p, and does what follows from it. m is
// set unless the ruling asks.
func (t *Table) admit(r ref, d Direction, p *netstack.Packet, now Instant, m *Match) ruling {
	s := t.sessions.at(r)
	before := s.phase
	v := t.judge(s, d, p)
	switch v.effect {
	case asks:
		return v
	case reopens:
		d = t.reopen(r, d, p, now)
	}
	t.match(r, d, m)
	if v.reason != netstack.ReasonNone {
		m.Condition = v.condition
		return v
	}
	s.pass(d, p, now)
	t.time(s, before, v.effect, now)
	if s.phase != before {
		m.Event, m.completes = t.turn(r, before), completed(d, before, s.phase)
	}
	if v.effect == reopens && s.flags&Logged != 0 {
		m.Event = Opened
	}
	return v
}

// pass counts a packet that goes on its way.
func (s *session) pass(d Direction, p *netstack.Packet, now Instant) {
	s.count(d, p)
	s.seen = now
	if d == Reply {
		s.flags |= Replied
	}
}

// time sets the session's timer after a packet with this effect, which found it
// in phase before.
func (t *Table) time(s *session, before phase, e effect, now Instant) {
	switch {
	case e == doubts:
		t.doubt(s, now)
	case s.flags&(ThroughMapping|Replied) == ThroughMapping:
		// Nobody keeps a mapping alive by sending to it what nobody answers (RFC 7857 7).
	case e != idles && (s.phase != before || !before.over()):
		t.rearm(s, now)
	}
}

// rearm starts the timer of the session's phase.
func (t *Table) rearm(s *session, now Instant) {
	s.timer = timerOf(s.proto, s.phase)
	s.expires = now + Instant(t.termsOf(s).Timeouts[s.timer])
}

// turn does what follows from a session's change of phase.
func (t *Table) turn(r ref, before phase) Event {
	s := t.sessions.at(r)
	t.inPhase[before]--
	t.inPhase[s.phase]++
	t.limits.turned(r, before, s.phase)
	t.turned(s, before, s.phase)
	if !s.phase.over() {
		return NoEvent
	}
	why := CauseClosed
	if s.phase == reset {
		why = CauseReset
	}
	return t.report(r, why)
}

// match makes m the place of a packet of direction d in session r.
func (t *Table) match(r ref, d Direction, m *Match) {
	t.sessions.at(r).match(d, m)
	m.Session = t.id(r)
}
