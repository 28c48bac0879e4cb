package state

import (
	"math/rand/v2"
	"testing"
)

// TestProbes holds how far a lookup searches in an index as full as it may be:
// with linear probing at five sixths, 3.5 places for what is there and 18.5 for
// what is not (Knuth, volume 3, section 6.4). A hash that spreads badly, an index
// made too small and a removal that leaves holes all show here, and no clock is
// asked. Sessions have come and gone when it is looked at.
func TestProbes(t *testing.T) {
	const entries = 50000
	x, hashes := newDenseIndex(entries), make([]uint32, entries)
	c, hash := newCrowd(t, 1), newHasher(Seed{3})
	for i := range 3 * entries {
		r := i % entries
		if i >= entries {
			x.remove(hashes[r], uint32(r+1))
		}
		hashes[r] = hash.flow(&c.from(i).Flow)
		x.insert(hashes[r], uint32(r+1))
	}
	hit, miss := searched(&x)
	t.Logf("%.2f places to find, %.2f to miss", hit, miss)
	if hit > 3.5*1.1 || miss > 18.5*1.1 {
		t.Errorf("%.2f places are searched to find, %.2f to miss; want at most 3.5 and 18.5, and a tenth", hit, miss)
	}
}

// searched returns how many places are looked at on average, for an entry that is
// there and for one that is not.
func searched(x *index) (hit, miss float64) {
	random, found := rand.New(rand.NewPCG(1, 1)), 0
	for i := range uint32(len(x.all)) {
		if s := x.at(i); s.ref != 0 {
			hit, found = hit+float64(x.ahead(x.home(s.hash), i)+1), found+1
		}
	}
	const tries = 20000
	for range tries {
		for i := x.home(random.Uint32()); ; i = x.after(i) {
			miss++
			if x.at(i).ref == 0 {
				break
			}
		}
	}
	return hit / float64(found), miss / tries
}
