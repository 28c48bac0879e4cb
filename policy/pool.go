package policy

import (
	"net/netip"

	"sallyport/netstack"
)

// egress is what one source translation lends on one side to one IP version; nil
// pools if it has no address of that version there, or no port left to lend.
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

// lender makes the pools of one side.
type lender struct {
	side   netstack.Side
	own    [2]addrSet // the address of each IP version that is masqueraded behind
	whole  addrSet    // addresses that a Static or an NPTv6 has to itself
	claims []claim
}

// addEgresses makes the pools of all source translations, when all that takes
// ports from them is known.
func (d *draft) addEgresses(t Topology, nat []NAT) {
	for side := range netstack.Side(netstack.Sides) {
		l := lender{side: side, own: masqueraded(t.Sides[side].Own)}
		l.claims = append(l.claims, claim{d.box.own, t.Sides[side].Reserved})
		d.addClaims(&l, nat)
		for i := range d.sources {
			s := &d.sources[i]
			if n := nat[s.number-1]; n.To.Has(side) && (n.Type == Masquerade || n.Type == SNAT) {
				s.egress[side] = [2]egress{l.egress(n, 0), l.egress(n, 1)}
				d.lent = append(d.lent, l.addresses(n, 0)...)
				d.lent = append(d.lent, l.addresses(n, 1)...)
			}
		}
	}
	d.lent = union(d.lent)
}

// masqueraded returns the first global address of each IP version.
func masqueraded(own []netip.Addr) (first [2]addrSet) {
	for _, a := range own {
		a = a.Unmap().WithZone("")
		version := 0
		if a.Is6() {
			version = 1
		}
		if a.IsGlobalUnicast() && first[version] == nil {
			addr := netstack.AddrFrom(a)
			first[version] = addrSet{{addr, addr}}
		}
	}
	return first
}

// addresses returns what n may lend of, of the IP version.
func (l *lender) addresses(n NAT, version int) addrSet {
	if n.Type == Masquerade {
		return l.own[version]
	}
	var all []addrRange
	for _, r := range n.External {
		all = append(all, addrRange{netstack.AddrFrom(r.First), netstack.AddrFrom(r.Last)})
	}
	return union(all).and(versions[scopeIPv4<<version]).minus(l.whole)
}

func (l *lender) egress(n NAT, version int) (e egress) {
	var ports, ids []netstack.PoolPart
	for _, s := range l.shares(l.addresses(n, version)) {
		part := netstack.PoolPart{First: s.addrs[0].first, Last: s.addrs[0].last, Ports: FreePorts(nil)}
		ids = append(ids, part)
		if part.Ports = meet(FreePorts(s.ports), n.Lending.ports()); len(part.Ports) > 0 {
			ports = append(ports, part)
		}
	}
	e.ports = n.Lending.pool(ports)
	if e.ids = e.ports; len(ids) > len(ports) { // identifiers are no ports, and nobody's
		e.ids = n.Lending.pool(ids)
	}
	return e
}
