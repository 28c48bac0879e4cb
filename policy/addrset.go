package policy

import (
	"math/bits"
	"slices"

	"sallyport/netstack"
)

// addrRange is a range of addresses, both ends included. IPv4 lies IPv4-mapped
// in the middle of IPv6, as netstack.Addr holds it.
type addrRange struct{ first, last netstack.Addr }

var (
	everything = addrRange{last: netstack.Addr{Hi: ^uint64(0), Lo: ^uint64(0)}}
	allIPv4    = addrRange{netstack.AddrFrom4([]byte{0, 0, 0, 0}), netstack.AddrFrom4([]byte{255, 255, 255, 255})}
)

// addrSet is a set of addresses: ascending ranges that neither overlap nor
// touch. The nil set is empty.
type addrSet []addrRange

// contains reports whether a is in s, in logarithmic time. Most sets are of one
// range.
func (s addrSet) contains(a netstack.Addr) bool {
	if len(s) == 1 {
		return !less(a, s[0].first) && !less(s[0].last, a)
	}
	low, high := 0, len(s)
	for low < high {
		middle := int(uint(low+high) >> 1)
		if less(s[middle].last, a) {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low < len(s) && !less(a, s[low].first)
}

// meets reports whether some address is in both.
func (s addrSet) meets(t addrSet) bool {
	for len(s) > 0 && len(t) > 0 {
		switch {
		case less(s[0].last, t[0].first):
			s = s[1:]
		case less(t[0].last, s[0].first):
			t = t[1:]
		default:
			return true
		}
	}
	return false
}

// and returns the addresses in both.
func (s addrSet) and(t addrSet) addrSet { return s.minus(s.minus(t)) }

// union returns the set of all addresses in any of ranges, which it sorts.
func union(ranges []addrRange) addrSet {
	slices.SortFunc(ranges, func(a, b addrRange) int { return compare(a.first, b.first) })
	var set addrSet
	for _, r := range ranges {
		if n := len(set); n > 0 && reaches(set[n-1].last, r.first) {
			set[n-1].last = later(set[n-1].last, r.last)
			continue
		}
		set = append(set, r)
	}
	return set
}

// minus returns the addresses of s that are not in t.
func (s addrSet) minus(t addrSet) addrSet {
	var rest addrSet
	for _, r := range s {
		for len(t) > 0 && less(t[0].last, r.first) {
			t = t[1:]
		}
		rest = appendMinus(rest, r, t)
	}
	return rest
}

// appendMinus appends to set what is in r and not in t.
func appendMinus(set addrSet, r addrRange, t addrSet) addrSet {
	for _, hole := range t {
		if less(r.last, hole.first) {
			break
		}
		if less(r.first, hole.first) {
			set = append(set, addrRange{r.first, previous(hole.first)})
		}
		if !less(hole.last, r.last) {
			return set
		}
		r.first = next(hole.last)
	}
	return append(set, r)
}

// less subtracts: a lookup compares addresses some ten times, and a branch would
// be guessed wrong every other time.
func less(a, b netstack.Addr) bool {
	_, borrow := bits.Sub64(a.Lo, b.Lo, 0)
	_, borrow = bits.Sub64(a.Hi, b.Hi, borrow)
	return borrow != 0
}

func compare(a, b netstack.Addr) int {
	switch {
	case less(a, b):
		return -1
	case less(b, a):
		return 1
	}
	return 0
}

func later(a, b netstack.Addr) netstack.Addr {
	if less(a, b) {
		return b
	}
	return a
}

// reaches reports whether a range that ends at last and one that starts at
// first, not before it, are one range.
func reaches(last, first netstack.Addr) bool {
	return !less(last, first) || next(last) == first
}

// next returns the address after a, which is not the last of all.
func next(a netstack.Addr) netstack.Addr {
	a.Lo++
	if a.Lo == 0 {
		a.Hi++
	}
	return a
}

// previous returns the address before a, which is not the first of all.
func previous(a netstack.Addr) netstack.Addr {
	if a.Lo == 0 {
		a.Hi--
	}
	a.Lo--
	return a
}
