package state

import (
	"math/bits"
	"math/rand/v2"

	"sallyport/netstack"
)

// probes is how many random ports are tried before all are gone through: at
// ninety per cent use one in six searches needs more.
const probes = 16

// longestRun is how many ports that are shared are tried at random, and then one
// after the other. Whether one will do depends on the remote end, so that no
// bitmap tells.
const longestRun = 1024

// search is the search for a port of one external address. A port that is not
// lent to anybody will do if fits says so, and one that is shared if shares does
// too; nil: none is.
type search struct {
	spaces *spaces
	space  ref
	random *rand.Rand
	ranges []netstack.PortRange
	want   uint16 // the inside port
	choice netstack.PortChoice
	// classless: neither class nor parity of ports is kept.
	classless, noParity bool
	// beside is the port to try first: that of the neighbouring inside endpoint,
	// one on; 0: there is none. pairs asks for one whose neighbour is free.
	beside uint16
	pairs  bool
	fits   func(port uint16) bool
	shares func(port uint16) bool
	tried  int // shared ports
}

// port finds a port; false if there is none. In this order, as RFC 4787 REQ-3a,
// REQ-4 and RFC 7857 9 have it: the one asked for; a random one of the same class
// (0-1023, 1024-65535) and parity, or the next one; any of the class; and for a
// well-known port any at all. What the class does not have at all is taken from
// the other.
func (s *search) port() (uint16, bool) {
	if s.beside != 0 && contain(s.ranges, s.beside) && s.good(s.beside) {
		return s.beside, true
	}
	if s.choice == netstack.PreservePort && contain(s.ranges, s.want) && s.good(s.want) && s.paired(s.want) {
		return s.want, true
	}
	if s.classless {
		return s.within(allPorts)
	}
	first, second := lowPorts, highPorts
	if s.want >= 1024 {
		first, second = highPorts, lowPorts
	}
	n := count(s.ranges, first)
	if n > 0 {
		if port, ok := s.within(first); ok {
			return port, true
		}
	}
	if n > 0 && s.want >= 1024 {
		return 0, false
	}
	return s.within(second)
}

// good reports whether port will do.
func (s *search) good(port uint16) bool {
	if s.spaces.isTaken(s.spaces.records.at(s.space), port) && (s.shares == nil || !s.shares(port)) {
		return false
	}
	return s.fits(port)
}

// paired reports whether the neighbour of an even port is free too, if pairs are
// asked for.
func (s *search) paired(port uint16) bool {
	return !s.pairs || s.want&1 != 0 ||
		contain(s.ranges, port^1) && !s.spaces.isTaken(s.spaces.records.at(s.space), port^1)
}

// within looks for a port of a class.
func (s *search) within(class netstack.PortRange) (uint16, bool) {
	n := count(s.ranges, class)
	if n == 0 {
		return 0, false
	}
	times := probes
	if s.shares != nil && n > longestRun {
		times = longestRun
	}
	start := min(max(s.spaces.records.at(s.space).last+1, class.First), class.Last)
	if s.choice != netstack.SequentialPort {
		if port, ok := s.probe(class, n, times); ok {
			return port, true
		}
		start = nth(s.ranges, class, s.random.IntN(n))
	}
	if port, ok := s.sweep(class, start); ok || s.choice != netstack.SequentialPort {
		return port, ok
	}
	return s.probe(class, n, times)
}

// probe tries so many random ports.
func (s *search) probe(class netstack.PortRange, n, times int) (uint16, bool) {
	for range times {
		port := nth(s.ranges, class, s.random.IntN(n))
		if !s.noParity && port&1 != s.want&1 && contain(s.ranges, port^1) {
			port ^= 1
		}
		if s.good(port) && s.paired(port) {
			return port, true
		}
	}
	return 0, false
}

// sweep goes through the ports of a class from start on, those of the right
// parity first.
func (s *search) sweep(class netstack.PortRange, start uint16) (uint16, bool) {
	same := parity[s.want&1]
	masks := [...]uint64{same, ^same}
	if s.noParity || s.classless {
		masks = [...]uint64{^uint64(0), 0}
	}
	for _, mask := range masks {
		if port, ok := s.sweepFrom(class, start, mask); ok {
			return port, true
		}
	}
	return 0, false
}

// sweepFrom goes through the ports whose bit is set in mask, 64 at a time: from
// start up, then from the lowest.
func (s *search) sweepFrom(class netstack.PortRange, start uint16, mask uint64) (uint16, bool) {
	upper := netstack.PortRange{First: start, Last: class.Last}
	lower := netstack.PortRange{First: class.First, Last: start}
	for _, part := range [...]netstack.PortRange{upper, lower} {
		for _, r := range s.ranges {
			if port, ok := s.sweepRange(clip(r, part), mask); ok {
				return port, true
			}
		}
	}
	return 0, false
}

// sweepRange goes through a range page by page, and past those that are full.
func (s *search) sweepRange(r netstack.PortRange, mask uint64) (uint16, bool) {
	if r.First > r.Last {
		return 0, false
	}
	x := s.spaces.records.at(s.space)
	for start := int(r.First) / pagePorts * pagePorts; start <= int(r.Last) && s.tried < longestRun; start += pagePorts {
		if s.shares == nil && s.spaces.full(x, uint16(start)) {
			continue
		}
		part := netstack.PortRange{First: max(r.First, uint16(start)), Last: min(r.Last, uint16(start+pagePorts-1))}
		if port, ok := s.sweepPage(x.pages[start/pagePorts], part, mask); ok {
			return port, true
		}
	}
	return 0, false
}

// sweepPage goes through ports of one page, which may not be there.
func (s *search) sweepPage(at ref, r netstack.PortRange, mask uint64) (uint16, bool) {
	var taken [pagePorts / 64]uint64
	if s.shares == nil && at != 0 {
		taken = s.spaces.pages.at(at).taken
	}
	first, last := int(r.First/64), int(r.Last/64)
	for w := first; w <= last; w++ {
		open := mask &^ taken[w%len(taken)]
		if open == 0 {
			continue
		}
		if w == first || w == last {
			open &= within(r, w)
		}
		if port, ok := s.first(w, open); ok {
			return port, true
		}
	}
	return 0, false
}

// first returns the first of the ports in word w that will do.
func (s *search) first(w int, open uint64) (uint16, bool) {
	for ; open != 0 && s.tried < longestRun; open &= open - 1 {
		port := uint16(w*64 + bits.TrailingZeros64(open))
		if s.good(port) {
			return port, true
		}
		if s.shares != nil {
			s.tried++
		}
	}
	return 0, false
}
