package state

import "testing"

func TestSlabLendsEachRecordOnceAndNoMoreThanItHas(t *testing.T) {
	const n = 2051
	s := newSlab[mapping](n)
	taken := map[ref]*mapping{}
	for range n {
		r := s.take()
		if r == 0 || taken[r] != nil {
			t.Fatalf("%d after %d records", r, len(taken))
		}
		taken[r] = s.at(r)
		s.at(r).port = uint16(r)
	}
	if r := s.take(); r != 0 {
		t.Fatalf("record %d of %d", r, n)
	}
	for r, m := range taken {
		if s.at(r) != m || m.port != uint16(r) {
			t.Fatalf("record %d moved, or is another's too", r)
		}
	}
	s.put(5)
	s.put(2000)
	if a, b, c := s.take(), s.take(), s.take(); a != 2000 || b != 5 || c != 0 {
		t.Errorf("%d, %d, %d; want 2000, 5, 0", a, b, c)
	}
}
