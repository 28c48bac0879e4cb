package result

import "slices"

// Summary is what is said of samples: the median, and how far they reach.
type Summary struct{ Median, Low, High float64 }

// Summarize returns the zero Summary of no values. Of an even number the median
// is between the two in the middle.
func Summarize(values []float64) Summary {
	if len(values) == 0 {
		return Summary{}
	}
	v := slices.Sorted(slices.Values(values))
	return Summary{(v[(len(v)-1)/2] + v[len(v)/2]) / 2, v[0], v[len(v)-1]}
}

// Values returns a series' summary in its own unit.
func (s *Series) Values() Summary {
	var v []float64
	for _, p := range s.Samples {
		v = append(v, p.Value)
	}
	return Summarize(v)
}

// Against returns the summary of the series' ratios to another, round by round:
// what else the machine did in a round met both. ok is false if they have no
// round in common, or the other had nothing.
func (s *Series) Against(base *Series) (ratios Summary, ok bool) {
	if base == nil {
		return Summary{}, false
	}
	var v []float64
	for _, p := range s.Samples {
		for _, b := range base.Samples {
			if b.Round == p.Round && b.Value > 0 {
				v = append(v, p.Value/b.Value)
			}
		}
	}
	return Summarize(v), len(v) > 0
}
