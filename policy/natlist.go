package policy

import (
	"errors"
	"slices"
)

// natList is the translations that are asked at one time, in order.
type natList struct {
	numbers []int // in Spec.NAT
	regions []region
	*ranking
}

// natStage returns what a translation wants when it is asked; not ok if it is
// not.
type natStage func(n *NAT) (r region, ok bool, err error)

func natListOf(nat []NAT, stage natStage) (l natList, err error) {
	for i := range nat {
		r, ok, stageErr := stage(&nat[i])
		err = errors.Join(err, stageErr)
		if ok {
			l.numbers, l.regions = append(l.numbers, i), append(l.regions, r)
		}
	}
	l.ranking = newRanking(l.regions)
	return l, err
}

// of returns what translation i wants; nothing if it is not in the list.
func (l *natList) of(i int) region {
	if at, ok := slices.BinarySearch(l.numbers, i); ok {
		return l.regions[at]
	}
	return nil
}

// dead returns why translation i gets nothing; not in if it is not in the list.
func (l *natList) dead(i int) (f Finding, dead, in bool) {
	at, in := slices.BinarySearch(l.numbers, i)
	if !in {
		return f, true, false
	}
	f, dead = l.ranking.dead(at)
	for b := range f.By {
		f.By[b] = l.numbers[f.By[b]]
	}
	return f, dead, true
}

// deadBeside returns why translation i gets nothing in either list, if so.
func (l *natList) deadBeside(other *natList, i int) (Finding, bool) {
	f, dead, in := l.dead(i)
	g, otherDead, otherIn := other.dead(i)
	switch {
	case !dead || !otherDead:
		return Finding{}, false
	case !in || otherIn && g.Fault == Shadowed && f.Fault != Shadowed:
		return g, true
	case otherIn:
		f.By = append(f.By, g.By...)
		slices.Sort(f.By)
		f.By = slices.Compact(f.By)
	}
	return f, true
}

// exempts reports whether a translation after i would take some of what i
// exempts.
func (l *natList) exempts(nat []NAT, i int) bool {
	if _, dead, _ := l.dead(i); dead {
		return false
	}
	for at, j := range l.numbers {
		if j > i && nat[j].Type != Exempt && l.regions[at].meetsAny(l.of(i)) {
			return true
		}
	}
	return false
}

// contested returns who before i, which is one to one, has some of its external
// addresses for itself, so that they do not lead to i.
func (l *natList) contested(nat []NAT, i int) (f Finding) {
	for at, j := range l.numbers {
		if j < i && nat[j].isOneToOne() && l.regions[at].meetsAny(l.of(i)) {
			f.Fault, f.By = ExternalTaken, append(f.By, j)
		}
	}
	return f
}
