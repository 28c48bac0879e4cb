package state

import (
	"sync/atomic"

	"sallyport/netstack"
)

// Copy returns fragments that are held as these are on one side, and none on the
// other; what happens to them happens to nothing else. It takes a moment for each
// megabyte that is held, with the lock held.
func (f *Fragments) Copy(side netstack.Side) *Fragments {
	live := &f.sides[side]
	live.mu.Lock()
	defer live.mu.Unlock()
	c := new(Fragments)
	s := &c.sides[side]
	s.limits, s.hash, s.live, s.counters = live.limits, live.hash, live.live, live.counters
	s.byAge, s.byCharge = live.byAge, live.byCharge
	s.datagrams, s.byName = live.datagrams.copy(), live.byName.copy()
	s.sources, s.bySource = live.sources.copy(), live.bySource.copy()
	k, from := &s.keeping, &live.keeping
	k.pieces, k.places, k.blocks, k.covers = from.pieces.copy(), from.places.copy(), from.blocks.copy(), from.covers.copy()
	k.free, k.salt = from.free, from.salt
	return c
}

func (s *slab[T, P]) copy() slab[T, P] {
	c := slab[T, P]{reserve[T](int(s.max) + 1), s.used, s.max, s.free}
	copy(c.all, s.all[:min(int(s.used)+1, len(s.all))])
	return c
}

func (x *index) copy() index {
	c := *x
	c.reserved = reserve[atomic.Uint64](len(x.all))
	for i := range uint32(len(x.all)) {
		if s := x.at(i); s.ref != 0 {
			c.set(i, s)
		}
	}
	return c
}
