package draw

import (
	"math"
	"strconv"
)

// axis is that of values, from the bottom to the top of a chart.
type axis struct {
	low, high float64
	log       bool
}

// axis reaches to the largest value and, unless it counts powers of ten, from
// zero.
func (c *chart) axis() axis {
	a := axis{low: math.Inf(1), log: c.log}
	for _, g := range c.groups {
		for _, p := range g.points {
			a.low, a.high = math.Min(a.low, p.Low), math.Max(a.high, p.High)
		}
	}
	if !(a.high > 0) {
		a.high = 1
	}
	if !c.log {
		a.low, a.high = 0, a.high*1.05
		return a
	}
	a.low = math.Pow(10, math.Floor(math.Log10(math.Max(a.low, a.high/1e6))))
	a.high = math.Pow(10, math.Ceil(math.Log10(a.high)))
	return a
}

// y is where a value is.
func (a axis) y(v float64) float64 {
	share := v / a.high
	if a.log {
		share = (math.Log10(math.Max(v, a.low)) - math.Log10(a.low)) / math.Max(1, math.Log10(a.high)-math.Log10(a.low))
	}
	return bottom - share*plotHeight
}

// ticks are values worth a line: about five round ones, or the powers of ten.
func (a axis) ticks() (all []float64) {
	if a.log {
		for v := a.low; v <= a.high*1.0001; v *= 10 {
			all = append(all, v)
		}
		return all
	}
	step := math.Pow(10, math.Floor(math.Log10(a.high/4)))
	for _, times := range []float64{5, 2.5, 2} {
		if a.high/(step*times) >= 4 {
			step *= times
			break
		}
	}
	for i := 0; float64(i)*step <= a.high; i++ {
		all = append(all, float64(i)*step)
	}
	return all
}

func tick(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
