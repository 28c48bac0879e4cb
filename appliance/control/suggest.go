package control

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// nearest returns, quoted, the name that word is most probably a slip of, or
// nothing: one slip in three letters.
func nearest(word string, names []string) string {
	best, fewest := "", 3
	for _, name := range slices.Sorted(slices.Values(names)) {
		if n := slips(strings.ToLower(word), name); n < fewest && n <= (len(name)+1)/3 {
			best, fewest = name, n
		}
	}
	if best == "" {
		return ""
	}
	return strconv.Quote(best)
}

// slips counts the bytes inserted, left out, replaced or swapped with their
// neighbour between two words (Damerau's distance).
func slips(a, b string) int {
	if len(a) > 2*len(b) {
		return len(a)
	}
	var before []int // the row before the last one
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			replaced := row[j]
			if a[i] != b[j] {
				replaced++
			}
			next[j+1] = min(replaced, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
