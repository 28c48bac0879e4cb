package policy

import "testing"

// TestEqualListsShare has lists that differ, and nowhere that a quick look would
// see it.
func TestEqualListsShare(t *testing.T) {
	var s shared[int, *int]
	compiled := map[*int][]int{}
	compile := func(list []int) (*int, error) {
		p := new(int)
		compiled[p] = list
		return p, nil
	}
	for round := range 2 {
		for x := range maxAlike {
			p, _ := s.of([]int{1, x, 3, 4}, compile)
			if got := compiled[p][1]; got != x {
				t.Errorf("round %d: the list with %d is taken for that with %d", round, x, got)
			}
		}
	}
	s.of(nil, compile)
	s.of([]int{}, compile)
	if len(compiled) != maxAlike+1 {
		t.Errorf("%d lists compiled, want each once: %d", len(compiled), maxAlike+1)
	}
}
