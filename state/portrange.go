package state

import "sallyport/netstack"

// The two classes of ports that RFC 4787 REQ-3a keeps apart, and everything,
// for identifiers, which know no classes.
var (
	lowPorts  = netstack.PortRange{First: 0, Last: 1023}
	highPorts = netstack.PortRange{First: 1024, Last: 65535}
	allPorts  = netstack.PortRange{First: 0, Last: 65535}
	allIDs    = []netstack.PortRange{allPorts}
)

// parity has the bits of the even and of the odd ports in a word of 64.
var parity = [2]uint64{0x5555555555555555, 0xaaaaaaaaaaaaaaaa}

// clip returns the ports that are in both r and within; First is above Last if
// there are none.
func clip(r, within netstack.PortRange) netstack.PortRange {
	return netstack.PortRange{First: max(r.First, within.First), Last: min(r.Last, within.Last)}
}

// size returns how many ports are in r, which may be what clip returned.
func size(r netstack.PortRange) int { return max(0, int(r.Last)-int(r.First)+1) }

// count returns how many ports of ranges are within class.
func count(ranges []netstack.PortRange, class netstack.PortRange) (n int) {
	for _, r := range ranges {
		n += size(clip(r, class))
	}
	return n
}

// nth returns the i-th port of ranges within class, 0 <= i < count.
func nth(ranges []netstack.PortRange, class netstack.PortRange, i int) uint16 {
	for _, r := range ranges {
		r = clip(r, class)
		if i < size(r) {
			return r.First + uint16(i)
		}
		i -= size(r)
	}
	panic("state: port index out of range")
}

func contain(ranges []netstack.PortRange, port uint16) bool {
	for _, r := range ranges {
		if r.Contains(port) {
			return true
		}
	}
	return false
}

// within returns the bits of word w, ports 64*w to 64*w+63, that are in r.
func within(r netstack.PortRange, w int) uint64 {
	low, high := max(int(r.First)-w*64, 0), min(int(r.Last)-w*64, 63)
	return ^uint64(0) << low & (^uint64(0) >> (63 - high))
}
