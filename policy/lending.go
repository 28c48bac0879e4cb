package policy

import (
	"slices"

	"sallyport/netstack"
)

// pool returns the pool of parts; nil if there are none.
func (l *Lending) pool(parts []netstack.PoolPart) *netstack.Pool {
	if len(parts) == 0 {
		return nil
	}
	return &netstack.Pool{
		Parts: parts, Mapping: l.Mapping, Filtering: netstack.AddressAndPortDependent - netstack.Dependence(l.Filtering),
		Choice: l.Choice, NoParity: l.NoParity, Contiguous: l.Contiguous, Unpaired: l.Unpaired,
		Quota: l.Quota, QuietSYN: l.QuietSYN,
	}
}

// ports returns the ports that may be lent at all, ascending and disjoint.
func (l *Lending) ports() []netstack.PortRange {
	if len(l.Ports) == 0 {
		return FreePorts(nil)
	}
	return FreePorts(FreePorts(slices.Clone(l.Ports)))
}

// meet returns the ports in both of two ascending lists.
func meet(a, b []netstack.PortRange) (both []netstack.PortRange) {
	for len(a) > 0 && len(b) > 0 {
		first, last := max(a[0].First, b[0].First), min(a[0].Last, b[0].Last)
		if first <= last {
			both = append(both, netstack.PortRange{First: first, Last: last})
		}
		if a[0].Last < b[0].Last {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return both
}

// FreePorts returns the ports from 1 to 65535 that are not in taken, which it
// sorts.
func FreePorts(taken []netstack.PortRange) (free []netstack.PortRange) {
	slices.SortFunc(taken, func(a, b netstack.PortRange) int { return int(a.First) - int(b.First) })
	start := 1 // may pass 65535
	for _, r := range taken {
		if int(r.First) > start {
			free = append(free, netstack.PortRange{First: uint16(start), Last: r.First - 1})
		}
		start = max(start, int(r.Last)+1)
	}
	if start <= 65535 {
		free = append(free, netstack.PortRange{First: uint16(start), Last: 65535})
	}
	return free
}
