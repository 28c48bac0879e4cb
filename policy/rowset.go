package policy

// patch is the bits of one leaf that a step in or out of a list changes.
type patch struct {
	leaf uint32
	bits leaf
}

// addRow adds a row, which is after all rows of p, to the patches.
func addRow(p []patch, row uint32) []patch {
	l := row / leafRows
	if n := len(p); n == 0 || p[n-1].leaf != l {
		p = append(p, patch{leaf: l})
	}
	p[len(p)-1].bits[row%leafRows/64] |= 1 << (row % 64)
	return p
}

// rowSet is a set of rows that changes, and knows what of it changed since it
// was last planted.
type rowSet struct {
	leaves  []leaf
	pages   []page
	root    []uint32
	touched []uint32 // leaves
}

func newRowSet(rows int) *rowSet {
	pages := (rows + pageRows - 1) / pageRows
	return &rowSet{leaves: make([]leaf, pages*pageSlots), pages: make([]page, pages), root: make([]uint32, pages)}
}

// toggle puts rows in that are not, and takes those out that are.
func (s *rowSet) toggle(patches []patch) {
	for i := range patches {
		l := &s.leaves[patches[i].leaf]
		for w, bits := range patches[i].bits {
			l[w] ^= bits
		}
		s.touched = append(s.touched, patches[i].leaf)
	}
}

// plant makes sure that the set is in the nursery and returns its root, which is
// good until the next call.
func (s *rowSet) plant(n *nursery) []uint32 {
	for _, l := range s.touched {
		p, slot := &s.pages[l/pageSlots], l%pageSlots
		p.leaf[slot] = n.leaf(&s.leaves[l])
		p.used &^= 1 << slot
		if p.leaf[slot] != 0 {
			p.used |= 1 << slot
		}
	}
	for _, l := range s.touched {
		s.root[l/pageSlots] = n.page(&s.pages[l/pageSlots])
	}
	s.touched = s.touched[:0]
	return s.root
}
