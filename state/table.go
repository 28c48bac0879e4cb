package state

import (
	"math/rand/v2"
	"sync"

	"sallyport/netstack"
)

// Theory of operation
//
// A session is one record in a slab, found through one index by either of its
// two keys: how its packets look when they arrive in the original and in the
// reply direction. The side of arrival is part of a key, so a packet through
// the wrong door finds nothing. A packet that matches one key leaves looking
// like the other key reversed; that is all there is to translation.
//
//	                 key[Original]                       key[Reply] reversed
//	inside host  ---- 10.1.0.5:4000 -> 1.1.1.1:443 ----> 192.0.2.1:4000 -> 1.1.1.1:443
//	inside host  <--- 1.1.1.1:443 -> 10.1.0.5:4000 ----- 1.1.1.1:443 -> 192.0.2.1:4000
//	                 key[Original] reversed              key[Reply]
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
// waits for it.
//
// Locking: one mutex, held for a packet or for a bounded piece of a walk. What
// is returned is a copy. To let several workers in at once, the index can be
// cut into parts by the upper bits of the hash, which spreads any traffic
// evenly, and the records given striped locks; nothing outside this file and
// track.go, open.go, walk.go would change.

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
	mu       sync.Mutex
	terms    []Terms // by TermsID
	mixed    bool    // some of them are not Strict
	hash     *hasher
	sessions slab[session, *session]
	index    index
	pairs    pairs
	mappings mappings
	loan     loan
	limits   limits
	guard    guard
	random   *rand.ChaCha8 // of the mappings
	cursor   ref           // where Sweep goes on
	trial    *trial        // a rehearsal of Open, nil but then
	inPhase  [phases]int
	ended    ring
	counters counters
}

// NewTable returns an empty table. Limits outside their range are moved into
// it.
func NewTable(l Limits, t Timeouts, seed Seed) *Table {
	n := min(max(l.MaxSessions, 1), MaxSessions)
	hash := newHasher(seed)
	random := rand.NewChaCha8(seed)
	return &Table{
		terms:    []Terms{{Strict, t}},
		hash:     &hash,
		sessions: newSlab[session](n),
		index:    newIndex(2 * n),
		pairs:    newPairs(n, &hash),
		random:   random,
		mappings: newMappings(n, &hash, rand.New(random)),
		guard:    guard{hash: &hash, key: newSipKey(seed)},
	}
}

// SetTimeouts changes the timeouts of the table's own terms. A running session
// keeps its expiry until its next packet.
func (t *Table) SetTimeouts(timeouts Timeouts) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.terms[0].Timeouts = timeouts
}

// entry is what the index holds of a session: its number and a direction.
func entry(r ref, d Direction) uint32 { return uint32(r)<<1 | uint32(d) }

// find returns the live session that has k as a key, and which of the two it
// is; 0 if there is none.
func (t *Table) find(k *netstack.FlowKey, now Instant) (ref, Direction) {
	return t.findHashed(k, t.hash.flow(k), now)
}

// findHashed is find for who knows k's hash.
func (t *Table) findHashed(k *netstack.FlowKey, hash uint32, now Instant) (ref, Direction) {
	for i := t.index.home(hash); ; i = t.index.after(i) {
		slot := t.index.all[i]
		if slot.ref == 0 {
			return 0, Original
		}
		if slot.hash != hash {
			continue
		}
		r, d := ref(slot.ref>>1), Direction(slot.ref&1)
		if s := t.sessions.at(r); s.key[d].Is(k) {
			if s.expires > now {
				return r, d
			}
			t.end(r, CauseExpired)
			return 0, Original
		}
	}
}

// id returns the name of the session in record r: the record's number, and how
// often it was used before. Ids are small, and never come twice.
func (t *Table) id(r ref) uint64 {
	return uint64(t.sessions.at(r).serial)*uint64(t.sessions.max+1) + uint64(r)
}

// byID returns the record of the session called id, 0 if it is no more.
func (t *Table) byID(id uint64) ref {
	r := ref(id % uint64(t.sessions.max+1))
	if r == 0 || r > t.sessions.used || t.id(r) != id || t.sessions.at(r).phase == free {
		return 0
	}
	return r
}

// link puts the session r into the index.
func (t *Table) link(r ref) {
	for d, k := range t.sessions.at(r).key {
		t.index.insert(t.hash.flow(&k), entry(r, Direction(d)))
	}
}

// unlink takes it out again.
func (t *Table) unlink(r ref) {
	for d, k := range t.sessions.at(r).key {
		t.index.remove(t.hash.flow(&k), entry(r, Direction(d)))
	}
}

// enter makes the record r, filled, a session of the table.
func (t *Table) enter(r ref) {
	t.link(r)
	t.pairs.add(&t.sessions.at(r).key)
	t.inPhase[t.sessions.at(r).phase]++
	t.turned(t.sessions.at(r), free, t.sessions.at(r).phase)
	t.counters.live++
}

// end removes the session r and gives back what it held.
func (t *Table) end(r ref, why Cause) {
	s := t.sessions.at(r)
	t.report(r, why)
	t.unlink(r)
	t.pairs.remove(&s.key)
	t.letGo(s)
	t.limits.release(r, s.phase)
	t.turned(s, s.phase, free)
	t.inPhase[s.phase]--
	t.counters.live--
	t.counters.ended[why]++
	*s = session{serial: s.serial + 1}
	t.sessions.put(r)
}
