package policy

import (
	"slices"

	"sallyport/netstack"
)

// axis is one of the things that a packet is looked at for, while the index is
// made: which points each row wants. Addresses are points, and so are ports and
// services, as numbers from 0.
type axis struct {
	wishes []wish
	at     map[*addrRange]int32 // wishes by where their points lie: equal lists share theirs
}

// wish is a list of points, and the rows that want them.
type wish struct {
	points addrSet
	rows   []patch
}

// newAxis returns an axis that is cut at the borders in any case.
func newAxis(borders ...netstack.Addr) *axis {
	a := &axis{at: map[*addrRange]int32{}}
	for _, b := range borders {
		a.wishes = append(a.wishes, wish{points: addrSet{{b, b}}})
	}
	return a
}

// want says which points the row, which is after all others, wants. An empty
// list makes it a row that nothing matches.
func (a *axis) want(row uint32, points addrSet) {
	if len(points) == 0 {
		return
	}
	i, known := a.at[&points[0]]
	if !known {
		i = int32(len(a.wishes))
		a.at[&points[0]] = i
		a.wishes = append(a.wishes, wish{points: points})
	}
	a.wishes[i].rows = addRow(a.wishes[i].rows, row)
}

// edge is a point where a wish, which was not, is met from now on, or the
// reverse.
type edge struct {
	at   netstack.Addr
	wish int32
}

func (a *axis) edges() (edges []edge) {
	for i := range a.wishes {
		for _, r := range a.wishes[i].points {
			edges = append(edges, edge{r.first, int32(i)})
			if r.last != everything.last {
				edges = append(edges, edge{next(r.last), int32(i)})
			}
		}
	}
	slices.SortFunc(edges, func(a, b edge) int { return compare(a.at, b.at) })
	return edges
}

// sweep walks over all points from the lowest and calls cut at the first, and
// wherever the rows that want a point change, with their root, which is good
// during the call.
func (a *axis) sweep(rows int, n *nursery, cut func(at netstack.Addr, root []uint32)) {
	set, at := newRowSet(rows), netstack.Addr{}
	for _, e := range a.edges() {
		if e.at != at {
			cut(at, set.plant(n))
			at = e.at
		}
		set.toggle(a.wishes[e.wish].rows)
	}
	cut(at, set.plant(n))
}
