package state

import "sync/atomic"

// index finds a record's number by the hash of one of its keys: open
// addressing with linear probing. It knows hashes and numbers only; whoever
// looks up compares the keys. Removal shifts the followers back, so there are
// no tombstones and a table that has seen a thousand million sessions is as
// fast as a new one.
//
// It never grows, so no packet waits for a rehash: newIndex makes room for
// every entry the limits allow. That is address space, not memory: the system
// gives pages as they are touched.
//
// One changes it at a time. Others may look meanwhile, for each slot is read and
// written whole: what they find was there, and what they miss may have been
// moved behind them by a removal.
type index struct {
	reserved[atomic.Uint64] // each a slot
}

// slot holds the hash, so that a probe touches a record only when all 32 bits
// agree, and so that removal knows where a follower would rather be.
type slot struct {
	hash uint32
	ref  uint32 // 0: empty
}

// at returns what is in slot i.
func (x *index) at(i uint32) slot {
	both := x.all[i].Load()
	return slot{uint32(both >> 32), uint32(both)}
}

func (x *index) set(i uint32, s slot) { x.all[i].Store(uint64(s.hash)<<32 | uint64(s.ref)) }

// newIndex returns an index for at most entries entries, then three quarters
// full.
func newIndex(entries int) index { return newIndexWith(entries, entries/3+2) }

// newDenseIndex returns one that is then five sixths full: two bytes less for
// each session, and a longer search in a table that is all but full.
func newDenseIndex(entries int) index { return newIndexWith(entries, entries/5+2) }

func newIndexWith(entries, spare int) index { return index{reserve[atomic.Uint64](entries + spare)} }

// home returns where an entry of this hash would rather be. A multiplication
// and not a mask, so that the index can be of any size; which slot, the upper
// bits of the hash say.
func (x *index) home(hash uint32) uint32 {
	return uint32(uint64(hash) * uint64(len(x.all)) >> 32)
}

// after returns the place that is probed after i.
func (x *index) after(i uint32) uint32 {
	if i++; int(i) < len(x.all) {
		return i
	}
	return 0
}

// ahead returns how many places j is after i.
func (x *index) ahead(i, j uint32) uint32 {
	if j >= i {
		return j - i
	}
	return j + uint32(len(x.all)) - i
}

// find returns the one of the numbers inserted under hash that is is true of, 0
// if there is none.
func (x *index) find(hash uint32, is func(ref) bool) ref {
	for i := x.home(hash); ; i = x.after(i) {
		s := x.at(i)
		if s.ref == 0 || s.hash == hash && is(ref(s.ref)) {
			return ref(s.ref)
		}
	}
}

// insert adds ref under hash. There must be room, and ref must not be 0.
func (x *index) insert(hash, ref uint32) {
	i := x.home(hash)
	for x.at(i).ref != 0 {
		i = x.after(i)
	}
	x.set(i, slot{hash, ref})
}

// remove takes ref, which was inserted under hash, out again.
func (x *index) remove(hash, ref uint32) {
	i := x.home(hash)
	for x.at(i).ref != ref {
		i = x.after(i)
	}
	x.close(i)
}

// close fills the hole at i with the nearest follower that may live there, and
// then that one's hole, until an empty slot ends the run.
func (x *index) close(i uint32) {
	for j := x.after(i); ; j = x.after(j) {
		s := x.at(j)
		if s.ref == 0 {
			break
		}
		if x.ahead(x.home(s.hash), j) >= x.ahead(i, j) {
			x.set(i, s)
			i = j
		}
	}
	x.set(i, slot{})
}

// first returns the first number that was inserted under hash, 0 if there is
// none.
func (x *index) first(hash uint32) uint32 {
	for i := x.home(hash); ; i = x.after(i) {
		if s := x.at(i); s.hash == hash || s.ref == 0 {
			return s.ref
		}
	}
}
