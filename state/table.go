package state

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"sallyport/netstack"
)

// Theory of operation
//
// A session is one record of a table, found through one index by either of its
// two keys: how its packets look when they arrive in the original and in the
// reply direction. The side of arrival is part of a key, so a packet through
// the wrong door finds nothing. A packet that matches one key leaves looking
// like the other key reversed; that is all there is to translation.
//
//	                 key(Original)                       key(Reply) reversed
//	inside host  ---- 10.1.0.5:4000 -> 1.1.1.1:443 ----> 192.0.2.1:4000 -> 1.1.1.1:443
//	inside host  <--- 1.1.1.1:443 -> 10.1.0.5:4000 ----- 1.1.1.1:443 -> 192.0.2.1:4000
//	                 key(Original) reversed              key(Reply)
//
// Invariants, after every call:
//   - each live session is in the index twice, under its two keys, and no key
//     is there twice;
//   - an external port belongs to at most one mapping of a protocol, or to
//     several that no packet from outside can confuse (see mapping.go), and a
//     mapping lives exactly as long as a session holds it;
//   - no session past its expiry is ever matched or listed. It is reaped when a
//     lookup meets it, or by Sweep.
//
// Memory: records are allocated as they are needed and kept for reuse; the two
// indexes have their final size from the start, as address space that becomes
// memory when touched. So nothing is ever copied or rehashed, and no packet
// waits for it. A record lies in two places under one number: its cell has all
// that a packet of an established session touches, in three lines of the cache,
// and its cold part what is only asked for when a session begins or ends, or is
// looked at.
//
// Locking: the table has a lock, and each record one of its own.
//
//   - Who has the table's lock may change which sessions there are, their keys,
//     and all that is counted or held beyond one record: the index, mappings,
//     limits, phases, the ring of ends.
//   - Who has a record's lock may read and change what is in the record; its keys
//     and serial, and whether it is free, only with the table's lock too. Its cold
//     part is for who has the table's lock, and nobody else.
//   - The table's lock comes first. Nobody waits for a second record while he has
//     one.
//
// A packet of an established session takes its record's lock alone, and writes
// nothing outside of the record (alone.go). It looks for it in the index without
// a lock: what it finds, the record confirms, whose keys do not change while it
// has the lock; and a miss is believed unless something was taken out of the
// index meanwhile. So packets of different sessions never meet, those of one
// session only in it, and refused ones that belong to none nowhere.
//
// A packet that begins or ends a session, or takes it from one phase to another,
// is found out by its tracker, which is made to forget it; it takes the table's
// lock and is judged again, from the lookup on. So nothing is decided on what was
// true before. So do ICMP errors and fragments. A walk has the table's lock for a
// bounded piece, and each record's for as long as it takes to copy it, so that it
// holds up no session but the one at hand. What is returned is a copy.
//
// Weighed and left: shards by the hash of a key. A translated session's keys hash
// apart, so it would be in two shards and each packet would take the lock of one,
// with thousands of other sessions behind it; and mappings, limits and pairs would
// still be one. A lock for readers and a writer, with a part for each worker:
// that and the record's are two locks a packet instead of one, and each new
// session would take as many as there are workers. Locks in stripes instead of in
// the records: a stripe that two workers use in turn is a line of the cache that
// is sent to and fro, though they never wait.

// Limits bounds a table.
type Limits struct {
	MaxSessions int // 1 to MaxSessions
}

// MaxSessions is the most that Limits.MaxSessions may be.
const MaxSessions = 1 << 26

// DefaultLimits returns the limits of a gateway for a few hundred hosts.
func DefaultLimits() Limits { return Limits{MaxSessions: 262144} }

// Table is the session table. It may be used by several goroutines.
type Table struct {
	hash     hasher
	index    index
	terms    atomic.Pointer[glossary]
	sessions cells // from here on, what changes

	moves atomic.Uint64 // odd while something is taken out of the index
	_     apart

	mu       sync.Mutex // of everything that follows, and of which sessions there are
	pairs    pairs
	mappings mappings
	loan     loan
	limits   limits
	guard    guard
	random   *rand.ChaCha8 // of the mappings
	cursor   ref           // where Sweep goes on
	trial    *trial        // a rehearsal of Open, nil but then
	held     ref           // the session that a rehearsal holds, 0 but then
	inPhase  [phases]int
	ended    ring
	counters counters
	waits    atomic.Uint64
}

// NewTable returns an empty table. Limits outside their range are moved into
// it.
func NewTable(l Limits, t Timeouts, seed Seed) *Table {
	n := min(max(l.MaxSessions, 1), MaxSessions)
	table := &Table{hash: newHasher(seed), index: newDenseIndex(2 * n), sessions: newCells(n), random: rand.NewChaCha8(seed)}
	table.terms.Store(&glossary{by: []Terms{{Strict, t}}})
	table.pairs = newPairs(n, &table.hash)
	table.mappings = newMappings(n, &table.hash, rand.New(table.random))
	table.guard.hash, table.guard.key = &table.hash, newSipKey(seed)
	return table
}

// entry is what the index holds of a session: its number and a direction.
func entry(r ref, d Direction) uint32 { return uint32(r)<<1 | uint32(d) }

// parts is the opposite of entry.
func parts(entry uint32) (ref, Direction) { return ref(entry >> 1), Direction(entry & 1) }

// find returns the live session that has k as a key, and which of the two it
// is; 0 if there is none.
func (t *Table) find(k *netstack.FlowKey, now Instant) (ref, Direction) {
	return t.findHashed(k, t.hash.flow(k), now)
}

// findHashed is find for who knows k's hash.
func (t *Table) findHashed(k *netstack.FlowKey, hash uint32, now Instant) (ref, Direction) {
	r, d := t.locate(k, hash)
	if r == 0 || t.expired(r, now) {
		return 0, Original
	}
	return r, d
}

// locate is findHashed, whatever the time.
func (t *Table) locate(k *netstack.FlowKey, hash uint32) (ref, Direction) {
	for i := t.index.home(hash); ; i = t.index.after(i) {
		s := t.index.at(i)
		if s.ref == 0 {
			return 0, Original
		}
		if r, d := parts(s.ref); s.hash == hash && t.sessions.at(r).is(d, k) {
			return r, d
		}
	}
}

// id returns the name of the session in record r: the record's number, and how
// often it was used before. Ids are small, and never come twice.
func (t *Table) id(r ref) uint64 { return t.name(t.sessions.at(r), r) }

// name is id for who has the session s of record r.
func (t *Table) name(s *session, r ref) uint64 {
	return uint64(s.serial)*uint64(len(t.sessions.all)) + uint64(r)
}

// byID returns the record of the session called id, 0 if it is no more.
func (t *Table) byID(id uint64) ref {
	r := ref(id % uint64(t.sessions.max+1))
	if r == 0 || r > t.sessions.used || t.id(r) != id {
		return 0
	}
	if s := t.copy(r); s.phase == free {
		return 0
	}
	return r
}

// link puts the session r, with these keys, into the index.
func (t *Table) link(r ref, keys *[2]netstack.FlowKey) {
	for d := range keys {
		t.index.insert(t.hash.flow(&keys[d]), entry(r, Direction(d)))
	}
}

// unlink takes it out again.
func (t *Table) unlink(r ref, keys *[2]netstack.FlowKey) {
	t.moves.Add(1)
	defer t.moves.Add(1)
	for d := range keys {
		t.index.remove(t.hash.flow(&keys[d]), entry(r, Direction(d)))
	}
}

// enter makes the record r, filled, a session of the table.
func (t *Table) enter(r ref) {
	s, keys := t.sessions.at(r), t.sessions.at(r).keys()
	t.link(r, &keys)
	t.pairs.add(&keys)
	t.inPhase[s.phase]++
	t.turned(s, free, s.phase)
	t.counters.live++
}

// remove ends session r, which nobody holds.
func (t *Table) remove(r ref, why Cause) {
	t.hold(r)
	defer t.let(r)
	t.end(r, why)
}

// end takes the session r, which the caller holds, out of the table, and gives
// back what it held.
func (t *Table) end(r ref, why Cause) {
	s, keys := t.sessions.at(r), t.sessions.at(r).keys()
	t.report(r, why)
	t.unlink(r, &keys)
	t.pairs.remove(&keys)
	t.letGo(s, t.sessions.cold(r).mapping)
	t.limits.release(r, s.phase)
	t.turned(s, s.phase, free)
	t.inPhase[s.phase]--
	t.counters.live--
	t.counters.ended[why]++
	*s = session{serial: s.serial + 1}
	t.sessions.put(r)
}
