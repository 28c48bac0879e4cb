package state

import (
	"time"

	"sallyport/netstack"
)

// restorer puts sessions of a snapshot into a table, whose lock is held.
type restorer struct {
	Restoration
	table *Table
	known Known
	names []nameNow // by the numbers in the file
	then  Instant   // when the snapshot was taken, by its own clock
	shift Instant   // from its clock to the table's
	now   Instant
	stale bool // packets may have passed after the snapshot

	session saved
	record  []byte // of this version's size, zero beyond an older one's
}

// nameNow is what a name of the snapshot stands for now: a rule, a translation
// rule, neither or both.
type nameNow struct {
	rule                 uint32
	translation          uint16
	isRule, isTranslator bool
}

func newRestorer(t *Table, s *snapshotFile, now Moment, known Known) *restorer {
	away := max(0, now.Wall.Round(0).Sub(time.Unix(0, s.wall)))
	r := &restorer{
		Restoration: Restoration{Away: away}, table: t, known: known,
		then: s.at, shift: now.Instant - Instant(away) - s.at, now: now.Instant, stale: !s.last,
		names: make([]nameNow, 1, len(s.names)+1), record: make([]byte, recordSize),
	}
	r.names[0].isTranslator = true // the one that translates nothing
	for _, name := range s.names {
		var n nameNow
		n.rule, n.isRule = known.Rule(name)
		n.translation, n.isTranslator = known.Translation(name)
		r.names = append(r.names, n)
	}
	return r
}

// take restores the records of a piece, the last first.
func (r *restorer) take(piece []byte, size int) {
	for end := len(piece); end > 0; end -= size {
		copy(r.record, piece[end-size:end])
		r.session = saved{}
		c := codec{buf: r.record, reading: true}
		r.session.fields(&c)
		o := Contradictory
		if !c.fault && r.session.sound(r.then, len(r.names)) {
			o = r.one(&r.session)
		}
		r.Count[o]++
	}
}

// one restores s, which is sound, if nothing is against it.
func (r *restorer) one(s *saved) Omission {
	s.setKeys(&s.key[Original], &s.key[Reply])
	s.started, s.seen, s.expires = s.started+r.shift, s.seen+r.shift, s.expires+r.shift
	switch {
	case s.expires <= r.now:
		return TimedOut
	case !r.resolve(s):
		return RuleGone
	case !r.fits(s):
		return OutOfPlace
	}
	if r.stale && s.key[Original].Proto == netstack.TCP && s.profile != FW1 {
		s.resume()
	}
	return r.table.adopt(s, r.known.Limit(s.session.rule), r.now)
}

// resolve gives s the numbers that its rules have now.
func (r *restorer) resolve(s *saved) bool {
	rule, dst, src := &r.names[s.rule], &r.names[s.dstRule], &r.names[s.srcRule]
	s.session.rule, s.generation = rule.rule, r.known.Generation
	s.cold.dstRule, s.cold.srcRule = dst.translation, src.translation
	if s.mapped { // what is said of a mapping that it does not hold may be anything
		r.resolveMapping(s, &s.source)
	}
	if s.flags&ThroughMapping != 0 {
		r.resolveMapping(s, &s.through)
	}
	return rule.isRule && dst.isTranslator && src.isTranslator
}

// resolveMapping does so for one of its mappings: as the session's, if the rule
// that it was made by is no more.
func (r *restorer) resolveMapping(s *saved, m *savedMapping) {
	m.born += r.shift
	m.made = origin{s.session.rule, r.known.Generation, s.cold.srcRule}
	if rule, src := &r.names[m.rule], &r.names[m.srcRule]; rule.isRule && src.isTranslator {
		m.made.rule, m.made.srcRule = rule.rule, src.translation
	}
}

// fits gives s its terms. What a tracker has learnt under one profile means
// nothing under another.
func (r *restorer) fits(s *saved) bool {
	terms, ok := r.known.Fits(s.session.rule, &s.key[Original], &s.key[Reply], s.flags)
	s.terms = terms
	return ok && r.table.termsOf(&s.session).Profile == s.profile
}

// regain gives s the mappings that it held; false: it cannot have them all, and
// has none.
func (t *Table) regain(s *saved) bool {
	source := s.toSource()
	if s.mapped {
		if s.mapping = t.mappings.reclaim(s, source, &s.source); s.mapping == 0 {
			return false
		}
	}
	if s.flags&ThroughMapping == 0 || t.mappings.reclaim(s, source.Opposite(), &s.through) != 0 {
		return true
	}
	if s.mapping != 0 {
		t.mappings.release(s.mapping, s.seenTo(source))
	}
	return false
}

// adopt makes s a session of the table, with the external port it had.
func (t *Table) adopt(s *saved, limit *Limit, now Instant) Omission {
	if t.counters.live == int(t.sessions.max) {
		return NoRoom
	}
	for d := range s.key {
		if taken, _ := t.find(&s.key[d], now); taken != 0 {
			return Superseded
		}
	}
	if !t.regain(s) {
		return Superseded
	}
	r := t.sessions.take()
	t.hold(r)
	defer t.let(r)
	s.serial = t.sessions.at(r).serial
	t.sessions.set(r, &s.whole)
	t.enter(r)
	t.limits.charge(r, limit, &s.key[Original], s.phase, false, now)
	t.counters.restored++
	return Restored
}
