package state

import "math/bits"

// index finds a record's number by the hash of one of its keys: open
// addressing with linear probing. It knows hashes and numbers only; whoever
// looks up compares the keys. Removal shifts the followers back, so there are
// no tombstones and a table that has seen a thousand million sessions is as
// fast as a new one.
//
// It never grows, so no packet waits for a rehash: newIndex makes room for
// every entry the limits allow. That is address space, not memory: the system
// gives pages as they are touched.
type index struct {
	slots []slot
	mask  uint32
}

// slot holds the hash, so that a probe touches a record only when all 32 bits
// agree, and so that removal knows where a follower would rather be.
type slot struct {
	hash uint32
	ref  uint32 // 0: empty
}

// newIndex returns an index for at most entries entries, then three quarters
// full.
func newIndex(entries int) index {
	size := uint64(1) << bits.Len64(uint64(entries)*4/3)
	return index{slots: make([]slot, size), mask: uint32(size - 1)}
}

// find returns the one of the numbers inserted under hash that is is true of, 0
// if there is none.
func (x *index) find(hash uint32, is func(ref) bool) ref {
	for i := hash & x.mask; x.slots[i].ref != 0; i = (i + 1) & x.mask {
		if s := x.slots[i]; s.hash == hash && is(ref(s.ref)) {
			return ref(s.ref)
		}
	}
	return 0
}

// insert adds ref under hash. There must be room, and ref must not be 0.
func (x *index) insert(hash, ref uint32) {
	i := hash & x.mask
	for x.slots[i].ref != 0 {
		i = (i + 1) & x.mask
	}
	x.slots[i] = slot{hash, ref}
}

// remove takes ref, which was inserted under hash, out again.
func (x *index) remove(hash, ref uint32) {
	i := hash & x.mask
	for x.slots[i].ref != ref {
		i = (i + 1) & x.mask
	}
	x.close(i)
}

// close fills the hole at i with the nearest follower that may live there, and
// then that one's hole, until an empty slot ends the run.
func (x *index) close(i uint32) {
	for j := (i + 1) & x.mask; x.slots[j].ref != 0; j = (j + 1) & x.mask {
		fromHome := (j - x.slots[j].hash) & x.mask
		if fromHome >= (j-i)&x.mask {
			x.slots[i] = x.slots[j]
			i = j
		}
	}
	x.slots[i] = slot{}
}
