package policy

import (
	"errors"
	"net/netip"
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

// inward returns what n wants of packets as they arrive.
func (m *terrain) inward(n *NAT) (region, bool, error) {
	c, ways := clause{n.From, n.To, n.Family, n.Source, n.Destination, n.Service}, m.arrivals
	switch {
	case n.Type == DNAT:
		c.to, ways = AnyZone, waysOf(m.arrivals, versionsOf(n.Targets))
	case n.isOneToOne():
		external := []Address{{Range: n.External[0]}}
		c = clause{n.To, AnyZone, n.Family, n.Destination, external, nil}
	case n.Type != Exempt:
		return nil, false, nil
	}
	r, err := m.region(c, ways)
	return r, true, err
}

// outward returns what n wants of packets whose source is to be translated. What
// goes to the box itself is not.
func (m *terrain) outward(n *NAT) (region, bool, error) {
	c, ways := clause{n.From, n.To &^ ToSelf, n.Family, n.Source, n.Destination, n.Service}, m.ways
	switch n.Type {
	case DNAT:
		return nil, false, nil
	case SNAT:
		version := scope(0)
		for _, r := range n.External {
			version |= versionOf(r.First)
		}
		ways = waysOf(m.ways, version)
	}
	r, err := m.region(c, ways)
	return r, true, err
}

// waysOf returns those of list that are of one of the IP versions.
func waysOf(list []way, versions scope) (of []way) {
	for _, w := range list {
		if w.scope&versions != 0 {
			of = append(of, w)
		}
	}
	return of
}

func versionsOf(targets []Target) (versions scope) {
	for _, t := range targets {
		versions |= versionOf(t.Addr)
	}
	return versions
}

func versionOf(a netip.Addr) scope {
	if a.Is4() {
		return scopeIPv4
	}
	return scopeIPv6
}

// lintNAT looks for translations that get nothing, or nothing that a rule
// accepts, or addresses that are not theirs.
func (m *terrain) lintNAT(s Spec, accepted region) (found []Finding, err error) {
	inward, inErr := natListOf(s.NAT, m.inward)
	outward, outErr := natListOf(s.NAT, m.outward)
	for i := range s.NAT {
		n := &s.NAT[i]
		f, dead := inward.deadBeside(outward, i)
		switch {
		case dead:
		case n.Type == Exempt && !inward.exempts(s.NAT, i) && !outward.exempts(s.NAT, i):
			if f, dead, _ = outward.dead(i); !dead {
				f.Fault = ExemptsNothing
			}
		case n.Type != Exempt && !m.opened(n, inward.of(i), outward.of(i), accepted):
			f.Fault = Unopened
		case m.takesInside(n):
			f.Fault = ExternalInside
		case n.isOneToOne():
			f = inward.contested(s.NAT, i)
		}
		if f.NAT, f.Number = true, i; f.Fault != 0 {
			found = append(found, f)
		}
	}
	return found, errors.Join(inErr, outErr)
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
func (l *natList) deadBeside(other natList, i int) (Finding, bool) {
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

// takesInside reports whether n takes addresses that live inside for use on the
// outside, where nobody can answer to them.
func (m *terrain) takesInside(n *NAT) bool {
	return n.To == FromOutside && slices.ContainsFunc(n.External, func(r AddrRange) bool {
		set, err := rangesOf(Address{Range: r}, nil)
		return err == nil && m.inside.meets(set)
	})
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
