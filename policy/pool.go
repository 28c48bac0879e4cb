package policy

import (
	"slices"

	"sallyport/netstack"
)

// egress is what masquerading uses on one side for one IP version; nil pools if
// it has no address of that version, or no port left to use.
type egress struct {
	ports *netstack.Pool // for protocols with ports
	ids   *netstack.Pool // for ICMP queries, and for protocols with neither
}

// egresses is indexed by side and by whether the address is IPv6.
type egresses [netstack.Sides][2]egress

func (e *egresses) of(side netstack.Side, q *query) *netstack.Pool {
	version := 0
	if q.scope&scopeIPv6 != 0 {
		version = 1
	}
	if q.proto.HasPorts() {
		return e[side][version].ports
	}
	return e[side][version].ids
}

func compileEgresses(t Topology, nat []NAT, conditions []condition) (e egresses) {
	for side, s := range t.Sides {
		for _, a := range s.Own {
			a = a.Unmap().WithZone("")
			version := 0
			if a.Is6() {
				version = 1
			}
			if !a.IsGlobalUnicast() || e[side][version].ids != nil {
				continue
			}
			addr := netstack.AddrFrom(a)
			taken := append(slices.Clone(s.Reserved), forwardedPorts(addr, netstack.Side(side), nat, conditions)...)
			e[side][version] = newEgress(addr, taken)
		}
	}
	return e
}

// forwardedPorts returns the ports of own address a that a DNAT takes from the
// given side: a session masqueraded behind one would swallow its clients. A
// DNAT of every port, whose range is zero, takes none, or nothing could be
// masqueraded beside it.
func forwardedPorts(a netstack.Addr, side netstack.Side, nat []NAT, conditions []condition) (ports []netstack.PortRange) {
	for i, n := range nat {
		if n.Type != DNAT || !n.From.Has(side) || !conditions[i].dst.contains(a) {
			continue
		}
		for _, s := range n.Service {
			if !s.Negate { // what is taken away may be lent or not
				ports = append(ports, s.Destination)
			}
		}
	}
	return ports
}

func newEgress(a netstack.Addr, taken []netstack.PortRange) egress {
	e := egress{ids: poolOf(a, FreePorts(nil))}
	if free := FreePorts(taken); len(free) > 0 {
		e.ports = poolOf(a, free)
	}
	return e
}

// poolOf returns the pool of one address.
func poolOf(a netstack.Addr, ports []netstack.PortRange) *netstack.Pool {
	return &netstack.Pool{
		Parts:     []netstack.PoolPart{{First: a, Last: a, Ports: ports}},
		Filtering: netstack.AddressAndPortDependent,
	}
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
