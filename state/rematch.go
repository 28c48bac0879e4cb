package state

// Readmission is what a later policy makes of a session that an earlier one let
// in.
type Readmission struct {
	Rule, Generation uint32
	Terms            TermsID // taken if they are of the session's profile
	Log              bool
	Limit            *Limit // of its rule; nil: none
	DstRule, SrcRule uint16 // as in View
}

// Session returns the session called id as it is now; false if it is no more.
func (t *Table) Session(id uint64, now Instant) (v View, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if r := t.byID(id); r != 0 {
		return t.show(r, now)
	}
	return v, false
}

// Readmit makes the session called id one of a later policy. It reports false,
// and does nothing, if it is no more or not of generation from any more.
func (t *Table) Readmit(id uint64, from uint32, a Readmission, now Instant) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.ofGeneration(id, from)
	if r == 0 {
		return false
	}
	t.hold(r)
	defer t.let(r)
	s := t.sessions.at(r)
	t.limits.release(r, s.phase)
	k := s.key(Original)
	t.limits.charge(r, a.Limit, &k, s.phase, false, now)
	s.rule, s.generation = a.Rule, a.Generation
	c := t.sessions.cold(r)
	c.dstRule, c.srcRule = a.DstRule, a.SrcRule
	if t.termsBy(a.Terms).Profile == t.termsOf(s).Profile {
		// What a tracker has learnt under one profile means nothing under another.
		s.terms = a.Terms
	}
	s.flags &^= Logged
	if a.Log {
		s.flags |= Logged
	}
	return true
}

// Revoke ends the session called id for a cause. It reports false, and does
// nothing, if it is no more or not of generation from any more.
func (t *Table) Revoke(id uint64, from uint32, why Cause) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.ofGeneration(id, from)
	if r != 0 {
		t.remove(r, why)
	}
	return r != 0
}

// ofGeneration returns the record of the session called id if it was let in
// under that generation, else 0.
func (t *Table) ofGeneration(id uint64, generation uint32) ref {
	r := t.byID(id)
	if r == 0 || t.sessions.at(r).generation != generation {
		return 0
	}
	return r
}
