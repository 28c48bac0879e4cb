package state

// ref numbers a record in its slab; 0 is none.
type ref uint32

// slab holds up to max records of a pointer-free type, which never move, so
// that growing copies nothing and the garbage collector has nothing to look at.
// Freed records are used again, the last freed first; the slab never shrinks.
type slab[T any, P record[T]] struct {
	reserved[T]
	used ref // records ever used: 1..used
	max  ref
	free ref // first of the free list
}

// record is what a slab asks of its records: a place for the free list, which
// is theirs while they are in use.
type record[T any] interface {
	*T
	nextFree() *ref
}

func newSlab[T any, P record[T]](max int) slab[T, P] {
	return slab[T, P]{reserved: reserve[T](max + 1), max: ref(max)}
}

// at returns the record r, which must have been taken.
func (s *slab[T, P]) at(r ref) *T { return &s.all[r] }

// take returns a record's number, or 0 if all max are in use. The record is as
// put left it, or zero.
func (s *slab[T, P]) take() ref {
	if r := s.free; r != 0 {
		s.free = *P(s.at(r)).nextFree()
		return r
	}
	if s.used == s.max {
		return 0
	}
	s.used++
	return s.used
}

// put gives record r back.
func (s *slab[T, P]) put(r ref) {
	*P(s.at(r)).nextFree() = s.free
	s.free = r
}
