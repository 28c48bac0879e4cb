package diff

import (
	"slices"
	"sort"
)

// movers returns the names whose order among those that stay has changed: the
// fewest that, taken out, leave the rest in the order in which they were.
func movers(was, is []map[string]any) map[string]bool {
	before := byName(was)
	var places []int // of those that stay, in the new order
	var names []string
	for _, t := range is {
		if i, stays := before[nameOf(t)]; stays {
			places, names = append(places, i), append(names, nameOf(t))
		}
	}
	moved := map[string]bool{}
	still := longestRise(places)
	for i, name := range names {
		if _, found := slices.BinarySearch(still, i); !found {
			moved[name] = true
		}
	}
	return moved
}

// longestRise returns the indexes of a longest rising subsequence.
func longestRise(list []int) []int {
	var ends []int // ends[n] is the index of the smallest end of a rise of n+1
	before := make([]int, len(list))
	for i, v := range list {
		n := sort.Search(len(ends), func(n int) bool { return list[ends[n]] >= v })
		before[i] = -1
		if n > 0 {
			before[i] = ends[n-1]
		}
		if n == len(ends) {
			ends = append(ends, i)
		} else {
			ends[n] = i
		}
	}
	rise := make([]int, len(ends))
	for at, n := -1, len(ends)-1; n >= 0; n-- {
		if at = ends[len(ends)-1]; n < len(ends)-1 {
			at = before[rise[n+1]]
		}
		rise[n] = at
	}
	return rise
}
