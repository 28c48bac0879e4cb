package draw

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"sallyport/integration/bench/result"
)

// spread is by how much of its median a measurement's rounds differ.
type spread struct {
	name  string
	share float64
}

// spreads are those of a contender's rates and times, the least first.
func spreads(r *result.Run, part, contender string) (all []spread) {
	for _, name := range r.Names(part) {
		s := r.Find(part, name, contender)
		if s == nil || len(s.Samples) < 2 || counted(s.Unit) {
			continue
		}
		if v := s.Values(); v.Median > 0 {
			all = append(all, spread{name, (v.High - v.Low) / v.Median})
		}
	}
	slices.SortStableFunc(all, func(a, b spread) int { return cmp.Compare(a.share, b.share) })
	return all
}

// scatter writes how far the rounds of the contender that the others are compared
// to lie apart: what is within that is no difference.
func scatter(w io.Writer, r *result.Run, part string) {
	all := spreads(r, part, base(r, part))
	if len(all) == 0 {
		return
	}
	middle, most := all[len(all)/2], all[len(all)-1]
	fmt.Fprintf(w, "\nNoise: the rounds of %s itself lie %.0f %% apart in the middle column, and %.0f %% at most (%s).\n",
		base(r, part), 100*middle.share, 100*most.share, most.name)
}
