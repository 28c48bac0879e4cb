package state

import (
	"math/bits"
	"math/rand/v2"

	"sallyport/netstack"
)

// portSpace is which ports of one external address and protocol are lent out,
// whatever pool they were lent from. For ICMP the ports are identifiers.
type portSpace struct {
	used [1 << 16 / 64]uint64
}

func (s *portSpace) isTaken(port uint16) bool { return s.used[port/64]>>(port%64)&1 != 0 }

func (s *portSpace) take(port uint16) { s.used[port/64] |= 1 << (port % 64) }

func (s *portSpace) release(port uint16) { s.used[port/64] &^= 1 << (port % 64) }

// probes is how many random ports are tried before all are gone through: at
// ninety per cent use one in six searches needs more.
const probes = 16

// choose finds a port in ranges that nobody has and that fits accepts; 0, false
// if there is none. In this order, as RFC 4787 REQ-3a, REQ-4 and RFC 7857 9 have
// it: want itself; a random one of the same class (0-1023, 1024-65535) and
// parity; any of the class; and for a want below 1024 any at all. What the
// class does not have at all is taken from the other.
func (s *portSpace) choose(ranges []netstack.PortRange, want uint16, random *rand.Rand, fits func(uint16) bool) (uint16, bool) {
	if contain(ranges, want) && !s.isTaken(want) && fits(want) {
		return want, true
	}
	first, second := lowPorts, highPorts
	if want >= 1024 {
		first, second = highPorts, lowPorts
	}
	n := count(ranges, first)
	if n > 0 {
		if port, ok := s.search(ranges, first, want, random, fits); ok {
			return port, true
		}
	}
	if n > 0 && want >= 1024 {
		return 0, false
	}
	return s.search(ranges, second, want, random, fits)
}

// search tries random ports of ranges within class, then all from a random one
// on.
func (s *portSpace) search(ranges []netstack.PortRange, class netstack.PortRange, want uint16, random *rand.Rand, fits func(uint16) bool) (uint16, bool) {
	n := count(ranges, class)
	if n == 0 {
		return 0, false
	}
	for range probes {
		port := nth(ranges, class, random.IntN(n))
		if port&1 != want&1 && contain(ranges, port^1) {
			port ^= 1
		}
		if !s.isTaken(port) && fits(port) {
			return port, true
		}
	}
	start := nth(ranges, class, random.IntN(n))
	same := parity[want&1]
	for _, mask := range [...]uint64{same, ^same} {
		if port, ok := s.sweep(ranges, class, start, mask, fits); ok {
			return port, true
		}
	}
	return 0, false
}

// sweep goes through the free ports of ranges within class whose bit is set in
// mask, 64 at a time: from start up, then from the lowest.
func (s *portSpace) sweep(ranges []netstack.PortRange, class netstack.PortRange, start uint16, mask uint64, fits func(uint16) bool) (uint16, bool) {
	upper := netstack.PortRange{First: start, Last: class.Last}
	lower := netstack.PortRange{First: class.First, Last: start}
	for _, part := range [...]netstack.PortRange{upper, lower} {
		for _, r := range ranges {
			if port, ok := s.sweepRange(clip(r, part), mask, fits); ok {
				return port, true
			}
		}
	}
	return 0, false
}

func (s *portSpace) sweepRange(r netstack.PortRange, mask uint64, fits func(uint16) bool) (uint16, bool) {
	for w := int(r.First / 64); r.First <= r.Last && w <= int(r.Last/64); w++ {
		for open := ^s.used[w] & mask & within(r, w); open != 0; open &= open - 1 {
			port := uint16(w*64 + bits.TrailingZeros64(open))
			if fits(port) {
				return port, true
			}
		}
	}
	return 0, false
}
