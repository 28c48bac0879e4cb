package state

import "sallyport/netstack"

// Open begins a session with p, which Track has found to belong to none, as the
// policy admitted it. Refusals: StateLimit, HalfOpenLimit, SourceLimit and RateLimit
// by the limit of its rule, HalfOpenLimit with the Condition Unproven by the
// guard, StateLimit of a full table, SourceLimit for
// a host that has its quota of mappings, NATExhausted, NATFiltered, Untranslatable,
// NoRoute for a side that is no door, what the profile of its terms says in
// Begins, and whatever Track would say of p now: it may have found its session,
// made by another worker, in the meantime.
//
// What passes without a session, in the profile fw1 or because the admission
// says so, has a Match whose Session is 0.
func (t *Table) Open(p *netstack.Packet, a Admission, now Instant) (m Match, reason netstack.Reason) {
	t.lockAll()
	defer t.mu.Unlock()
	reason = t.begin(p, &a, now, &m)
	return m, reason
}

// begin is Open for who holds the lock. m is zero.
func (t *Table) begin(p *netstack.Packet, a *Admission, now Instant, m *Match) netstack.Reason {
	if p.Fragment.Is {
		return netstack.FragLimit
	}
	if r, d := t.find(&p.Flow, now); r != 0 {
		if reason, ok := t.belongs(r, d, p, a, now, m); ok {
			return reason
		}
		t.replace(r)
	}
	if a.NoEntry || t.termsBy(a.Terms).Profile == FW1 && !entersFW1(p, a) {
		return passBy(p, a, m)
	}
	if t.guards(p, a) && !t.guard.admits(p, now, t.trial != nil) {
		m.Condition = Unproven
		return netstack.HalfOpenLimit
	}
	if reason := t.mayOpen(p, a, now); reason != netstack.ReasonNone {
		return reason
	}
	reply, mapping, reason := t.translate(&p.Flow, a, now)
	switch {
	case reason != netstack.ReasonNone:
	case t.trial != nil:
		t.trial.open(t, p, a, &reply, mapping, now, m)
	default:
		t.open(p, a, &reply, mapping, now, m)
	}
	return reason
}

// belongs lets session r see p, which the policy has admitted; false: that is to
// give way to one that p begins.
func (t *Table) belongs(r ref, d Direction, p *netstack.Packet, a *Admission, now Instant, m *Match) (netstack.Reason, bool) {
	t.hold(r)
	defer t.let(r)
	if v := t.admit(r, d, p, now, m); v.effect != asks {
		return v.reason, true
	}
	if !t.keeps(r, d, &p.Flow, a) {
		return netstack.ReasonNone, false
	}
	return t.await(r, d, p, a, now, m), true
}

// replace ends session r for the one that is about to begin.
func (t *Table) replace(r ref) {
	if t.trial != nil {
		t.trial.replace(t, r)
		return
	}
	t.remove(r, CauseReplaced)
}

// mayOpen tests what does not depend on translation.
func (t *Table) mayOpen(p *netstack.Packet, a *Admission, now Instant) netstack.Reason {
	profile := t.termsBy(a.Terms).Profile
	if reason := profile.Begins(p); reason != netstack.ReasonNone {
		return reason
	}
	if profile == Loose && picksUp(p) && a.Translation != (netstack.Translation{}) {
		return netstack.Untranslatable
	}
	if a.Out >= netstack.Sides {
		return netstack.NoRoute
	}
	if reason := t.withinLimit(p, a, now); reason != netstack.ReasonNone {
		return reason // at nobody else's cost
	}
	if !t.makeRoom(now) {
		return netstack.StateLimit
	}
	return netstack.ReasonNone
}

// open makes the session. There is room, and neither key is in use.
func (t *Table) open(p *netstack.Packet, a *Admission, reply *netstack.FlowKey, mapping ref, now Instant, m *Match) {
	r := t.sessions.take()
	t.hold(r)
	defer t.let(r)
	t.fill(t.sessions.at(r), t.sessions.cold(r), p, a, reply, mapping, now)
	t.enter(r)
	t.limits.charge(r, a.Limit, &p.Flow, t.sessions.at(r).phase, true, now)
	t.counters.opened++
	t.match(r, Original, m)
	if a.Log {
		m.Event = Opened
	}
}

// fill makes s, which is zero, and c the session's record.
func (t *Table) fill(s *session, c *cold, p *netstack.Packet, a *Admission, reply *netstack.FlowKey, mapping ref, now Instant) {
	*c = cold{started: now, mapping: mapping, dstRule: a.Translation.DstRule, srcRule: a.Translation.SrcRule}
	s.setKeys(&p.Flow, reply)
	s.rule, s.generation, s.terms = a.Rule, a.Generation, a.Terms
	s.flags = flagsOf(p.Flow.In, a)
	s.seen = now
	s.begin(t.termsOf(s).Profile, p)
	s.count(Original, p)
	t.rearm(s, now)
}

func flagsOf(in netstack.Side, a *Admission) (f Flags) {
	if a.Translation.TranslatesSource() {
		f |= SourceNAT
	}
	if !a.Translation.Dst.IsZero() {
		f |= DestinationNAT
	}
	if a.Out == in {
		f |= Hairpin
	}
	if a.Mapped {
		f |= ThroughMapping
	}
	if a.Log {
		f |= Logged
	}
	return f
}
