package policy

import (
	"iter"
	"math/bits"
)

// A set of rows is a tree of three levels, so that sets which hardly differ
// share what they have in common: a root has a page for each 8192 rows, a page a
// leaf for each 512, and a leaf a bit for each. Page 0 and leaf 0 are empty.
const (
	leafRows  = 512
	pageSlots = 16
	pageRows  = leafRows * pageSlots
)

// leaf is a cache line of bits.
type leaf [leafRows / 64]uint64

// page has the numbers of its leaves, and a bit for each that is not empty.
type page struct {
	used uint32
	leaf [pageSlots]uint32
}

// forest holds the pages and leaves of all sets of an index, each content once.
type forest struct {
	pages  []page
	leaves []leaf
}

// nursery is a forest that grows.
type nursery struct {
	forest
	pageOf map[page]uint32
	leafOf map[leaf]uint32
}

func newNursery() *nursery {
	n := &nursery{pageOf: map[page]uint32{}, leafOf: map[leaf]uint32{}}
	n.page(&page{})
	n.leaf(&leaf{})
	return n
}

// page returns the number of the page with the content of p.
func (n *nursery) page(p *page) uint32 {
	i, known := n.pageOf[*p]
	if !known {
		i = uint32(len(n.pages))
		n.pages, n.pageOf[*p] = append(n.pages, *p), i
	}
	return i
}

// leaf returns the number of the leaf with the content of l.
func (n *nursery) leaf(l *leaf) uint32 {
	i, known := n.leafOf[*l]
	if !known {
		i = uint32(len(n.leaves))
		n.leaves, n.leafOf[*l] = append(n.leaves, *l), i
	}
	return i
}

// first returns the first row that is in all sets, or none.
func (f *forest) first(roots *[lookups][]uint32) int {
	for i := range roots[0] {
		a, b, c := &f.pages[roots[0][i]], &f.pages[roots[1][i]], &f.pages[roots[2][i]]
		d, e := &f.pages[roots[3][i]], &f.pages[roots[4][i]]
		for used := a.used & b.used & c.used & d.used & e.used; used != 0; used &= used - 1 {
			slot := bits.TrailingZeros32(used) % pageSlots
			if bit := firstBit(&f.leaves[a.leaf[slot]], &f.leaves[b.leaf[slot]], &f.leaves[c.leaf[slot]],
				&f.leaves[d.leaf[slot]], &f.leaves[e.leaf[slot]]); bit != none {
				return i*pageRows + slot*leafRows + bit
			}
		}
	}
	return none
}

func firstBit(a, b, c, d, e *leaf) int {
	for i := range a {
		if w := a[i] & b[i] & c[i] & d[i] & e[i]; w != 0 {
			return i*64 + bits.TrailingZeros64(w)
		}
	}
	return none
}

// all yields the rows that are in all sets, ascending. It is not for packets.
func (f *forest) all(roots *[lookups][]uint32) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range len(roots[0]) * pageSlots {
			l := f.shared(roots, i)
			for w := range l {
				for ; l[w] != 0; l[w] &= l[w] - 1 {
					if !yield(i*leafRows + w*64 + bits.TrailingZeros64(l[w])) {
						return
					}
				}
			}
		}
	}
}

// shared returns the i-th leaf of all sets' intersection.
func (f *forest) shared(roots *[lookups][]uint32, i int) leaf {
	at := func(root []uint32) *leaf { return &f.leaves[f.pages[root[i/pageSlots]].leaf[i%pageSlots]] }
	l := *at(roots[0])
	for _, root := range roots[1:] {
		for w, bits := range at(root) {
			l[w] &= bits
		}
	}
	return l
}
