package state

import "sallyport/netstack"

// trackAlone is TrackAt with no more than the lock of p's session, which is all
// that most packets need; not ok if p needs more: nothing has happened then, and
// it is to be looked at again with the table's lock. What follows from a change
// of phase is beyond the session, and so are its end and another's beginning.
func (t *Table) trackAlone(at Place, p *netstack.Packet, now Instant, m *Match) (reason netstack.Reason, ok bool) {
	if p.Fragment.Is || p.ICMP == netstack.ICMPError {
		return reason, false
	}
	var g segment
	if p.Flow.Proto == netstack.TCP {
		g.read(p)
	}
	c, entry, sure := t.meet(at, &p.Flow)
	if c == nil {
		return opens(p), sure
	}
	r, d := parts(entry)
	if s := &c.session; t.goOn(s, d, p, &g, now) {
		s.match(d, m)
		m.Session = t.name(s, r)
		c.mu.Unlock()
		return reason, true
	}
	return t.trackHeld(c, r, d, p, now, m)
}

// trackHeld is trackAlone for the long way, with the session's lock, which it
// gives back.
func (t *Table) trackHeld(c *cell, r ref, d Direction, p *netstack.Packet, now Instant, m *Match) (reason netstack.Reason, ok bool) {
	defer c.mu.Unlock()
	s := &c.session
	if s.expires <= now {
		return reason, false
	}
	was := s.learnt()
	v := t.judge(s, d, p)
	switch {
	case s.phase != was.phase || v.effect == reopens:
		s.unlearn(&was)
		return reason, false
	case v.effect == asks:
		return reason, true
	}
	s.match(d, m)
	m.Session, m.Condition = t.name(s, r), v.condition
	if v.reason == netstack.ReasonNone {
		s.pass(d, p, now)
		t.time(s, s.phase, v.effect, now)
	}
	return v.reason, true
}

// meet returns the cell of the session that has k as a key, with its lock held,
// and its entry; nil if there seems to be none, and whether that is sure: nothing
// was taken out of the index meanwhile, by which what is there may have moved out
// of sight.
func (t *Table) meet(at Place, k *netstack.FlowKey) (c *cell, entry uint32, sure bool) {
	if at.entry != 0 {
		if c = t.reach(at.entry, k); c != nil {
			return c, at.entry, true
		}
	}
	moves := t.moves.Load()
	for i := t.index.home(at.hash); ; i = t.index.after(i) {
		s := t.index.at(i)
		if s.ref == 0 {
			return nil, 0, moves%2 == 0 && t.moves.Load() == moves
		}
		if s.hash != at.hash {
			continue
		}
		if c = t.reach(s.ref, k); c != nil {
			return c, s.ref, true
		}
	}
}

// reach takes the lock of the cell that an entry of the index names. If k is not
// its session's key, it gives the lock back and returns nil.
func (t *Table) reach(entry uint32, k *netstack.FlowKey) *cell {
	r, d := parts(entry)
	c := &t.sessions.all[r]
	if !c.mu.TryLock() {
		t.wait(&c.mu)
	}
	if !c.is(d, k) {
		c.mu.Unlock()
		return nil
	}
	return c
}

// learnt is what a tracker may change of a session.
type learnt struct {
	peer  [2]peer
	phase phase
	flags Flags
}

func (s *session) learnt() learnt { return learnt{s.peer, s.phase, s.flags} }

// unlearn makes it what it was.
func (s *session) unlearn(was *learnt) { s.peer, s.phase, s.flags = was.peer, was.phase, was.flags }
