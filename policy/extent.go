package policy

import "sallyport/netstack"

// What an extent has points of.
const (
	byScope = iota
	byService
	bySrcPort
	bySource
	byDestination
	lookups // how many there are
)

// extent is what a row wants: points of each kind. It wants every packet that
// has one of each.
type extent [lookups]addrSet

func (e *extent) empty() bool {
	for _, set := range e {
		if len(set) == 0 {
			return true
		}
	}
	return false
}

// some returns one packet of an extent that is not empty.
func (e *extent) some() (p [lookups]netstack.Addr) {
	for i, set := range e {
		p[i] = set[0].first
	}
	return p
}

// minus returns what is in e and not in f as extents that do not overlap: what
// is beside f in the first kind, what is within in that and beside in the
// second, and so on.
func (e extent) minus(f *extent) (rest []extent) {
	if !e.meets(f) {
		return []extent{e}
	}
	for i := range e {
		if beside := e[i].minus(f[i]); len(beside) > 0 {
			piece := e
			piece[i] = beside
			rest = append(rest, piece)
			e[i] = e[i].minus(beside)
		}
	}
	return rest
}

// meets reports whether some packet is in both.
func (e *extent) meets(f *extent) bool {
	for i := range e {
		if !e[i].meets(f[i]) {
			return false
		}
	}
	return true
}

// region is the packets of any of its extents.
type region []extent

func (r region) minus(f *extent) (rest region) {
	for _, e := range r {
		rest = append(rest, e.minus(f)...)
	}
	return rest
}

func (r region) meets(f *extent) bool {
	for i := range r {
		if r[i].meets(f) {
			return true
		}
	}
	return false
}

func (r region) meetsAny(s region) bool {
	for i := range s {
		if r.meets(&s[i]) {
			return true
		}
	}
	return false
}

func (r region) and(f *extent) (both region) {
	for _, e := range r {
		for i := range e {
			e[i] = e[i].and(f[i])
		}
		if !e.empty() {
			both = append(both, e)
		}
	}
	return both
}
