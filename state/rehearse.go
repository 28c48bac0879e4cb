package state

import "sallyport/netstack"

// A rehearsal
//
// Whoever asks what would become of a packet gets the answer of the code that
// decides about packets: it is run on the table itself, and what it has done is
// taken back before the lock is. So there is nothing that could say something
// else, and afterwards the table is what it was, down to the state of its random
// numbers: the packet, if it comes next, gets the port that was told.
//
// One thing is not as it would be: a session that has expired is reaped where a
// lookup meets it, as by Sweep.

// Sight is what a rehearsal has seen.
type Sight struct {
	Known  bool      // the packet looks like one of a session that there is
	Dir    Direction // in that
	Before View      // of it
	Window Window    // of TCP
	Opened bool      // the packet would begin a session
	Shared bool      // and its source has its external port already
	After  View      // of the session that the packet would be of, if it passes
}

// RehearseTrack returns what Track would, and changes nothing.
func (t *Table) RehearseTrack(p *netstack.Packet, now Instant) (m Match, reason netstack.Reason, s Sight) {
	t.mu.Lock()
	defer t.mu.Unlock()
	key := p.Flow
	if p.ICMP == netstack.ICMPError {
		key = p.Quoted.Reverse(p.Flow.In)
	}
	r, d := t.find(&key, now)
	if r == 0 {
		reason = t.track(p, t.hash.flow(&p.Flow), now, &m)
		return m, reason, s
	}
	t.seize(r)
	defer t.release()
	k := t.keepsake(r)
	s = t.look(r, d, p, now)
	reason = t.track(p, t.hash.flow(&p.Flow), now, &m)
	s.After = t.view(r, now)
	t.putBack(&k)
	return m, reason, s
}

// RehearseOpen returns what Open would, and changes nothing. A session that would
// be opened has no name: Match.Session is 0.
func (t *Table) RehearseOpen(p *netstack.Packet, a Admission, now Instant) (m Match, reason netstack.Reason, s Sight) {
	t.mu.Lock()
	defer t.mu.Unlock()
	was, cursor := *t.random, t.cursor
	t.trial = new(trial)
	r, d := t.find(&p.Flow, now)
	if r == 0 {
		reason = t.begin(p, &a, now, &m)
	} else {
		t.seize(r)
		defer t.release()
		k := t.keepsake(r)
		s = t.look(r, d, p, now)
		reason = t.begin(p, &a, now, &m)
		if s.After = t.view(r, now); t.trial.hidden != nil {
			t.unhide(&k, t.trial)
		} else {
			t.putBack(&k)
		}
	}
	if t.trial.opened {
		s.Opened, s.Shared, s.After = true, t.trial.shared, t.trial.after
	}
	*t.random, t.cursor, t.trial = was, cursor, nil
	return m, reason, s
}

// seize holds session r until release, so that no packet of it comes between.
func (t *Table) seize(r ref) {
	t.lock(r)
	t.held = r
}

func (t *Table) release() {
	r := t.held
	t.held = 0
	t.sessions.unlock(r)
}

// trial is what happens in a rehearsal of Open where something else would.
type trial struct {
	opened, shared bool
	after          View
	hidden         *saved // the session that would end
	pairing        pairing
}

// replace hides the session that would end: nothing finds it, and it holds
// nothing.
func (x *trial) replace(t *Table, r ref) {
	s, w := t.sessions.at(r), t.whole(r)
	hidden := t.copyOf(&w)
	x.hidden, x.pairing = &hidden, t.mappings.pairing(s)
	t.limits.count(r, s.phase, -1)
	t.turned(s, s.phase, free)
	t.counters.live--
	t.letGo(s, w.mapping)
	s.setKeys(&netstack.FlowKey{}, &netstack.FlowKey{})
	t.sessions.cold(r).mapping = 0
}

// unhide is the opposite of trial.replace. Whoever could have taken what the
// session gave back has done so on trial.
func (t *Table) unhide(k *keepsake, x *trial) {
	t.regain(x.hidden)
	k.mapping = x.hidden.mapping
	t.mappings.pairUp(&k.session, x.pairing)
	t.sessions.set(k.r, &k.whole)
	t.limits.count(k.r, k.phase, 1)
	t.turned(&k.session, free, k.phase)
	t.counters.live++
}

// pairing is what the next mapping of a session's host, or on its external
// address, depends on.
type pairing struct {
	last     uint16
	external netstack.Addr
}

func (m *mappings) pairing(s *session) (p pairing) {
	if r := m.spaces.find(s.addrs[Reply].dst, s.proto); r != 0 {
		p.last = m.spaces.records.at(r).last
	}
	if r := m.hosts.find(s.addrs[Original].src, s.in(Original)); r != 0 {
		p.external = m.hosts.records.at(r).external
	}
	return p
}

// pairUp makes it what it was.
func (m *mappings) pairUp(s *session, p pairing) {
	if r := m.spaces.find(s.addrs[Reply].dst, s.proto); r != 0 {
		m.spaces.records.at(r).last = p.last
	}
	if r := m.hosts.find(s.addrs[Original].src, s.in(Original)); r != 0 {
		m.hosts.records.at(r).external = p.external
	}
}

// open says what the session would be, and gives back what it holds already.
func (x *trial) open(t *Table, p *netstack.Packet, a *Admission, reply *netstack.FlowKey, mapping ref, now Instant, m *Match) {
	var w whole
	s := &w.session
	t.fill(s, &w.cold, p, a, reply, mapping, now)
	x.opened, x.after = true, t.viewOf(s, &w.cold, 0, now)
	x.shared = mapping != 0 && t.mappings.records.at(mapping).uses > 1
	s.match(Original, m)
	t.letGo(s, mapping)
	if mapping != 0 && !x.shared {
		t.mappings.pairUp(s, pairing{t.mappings.spaces.last, t.mappings.hosts.external})
	}
}

// count counts one more session in phase p on the account of session r, or one
// less; which accounts there are stays as it is.
func (l *limits) count(r ref, p phase, n int) {
	at := l.held(r)
	if at == 0 {
		return
	}
	a := l.accounts.at(at)
	a.sessions += uint32(n)
	l.ledgers[a.ledger].sessions += n
	if p.halfOpen() {
		l.ledgers[a.ledger].halfOpen += n
	}
}

// keepsake is a session as it was, and what is counted.
type keepsake struct {
	whole
	r        ref
	inPhase  [phases]int
	counters counters
	ended    ring
}

func (t *Table) keepsake(r ref) keepsake {
	return keepsake{t.whole(r), r, t.inPhase, t.counters, t.ended}
}

// look returns what is seen of session r before the packet meets it.
func (t *Table) look(r ref, d Direction, p *netstack.Packet, now Instant) Sight {
	return Sight{Known: true, Dir: d, Before: t.view(r, now), Window: t.sessions.at(r).window(d, p)}
}

// putBack makes a session that still is what it was. Nothing else has happened.
func (t *Table) putBack(k *keepsake) {
	s := t.sessions.at(k.r)
	t.limits.turned(k.r, s.phase, k.phase)
	t.turned(s, s.phase, k.phase)
	now, was := s.keys(), k.keys()
	if now != was {
		t.unlink(k.r, &now)
		t.pairs.remove(&now)
	}
	if t.sessions.set(k.r, &k.whole); now != was {
		t.pairs.add(&was)
		t.link(k.r, &was)
	}
	t.inPhase, t.counters, t.ended = k.inPhase, k.counters, k.ended
}
