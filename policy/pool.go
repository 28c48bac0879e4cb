package policy

import (
	"net/netip"
	"slices"

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

// claim is ports of addresses that are not to be lent: a session behind one would
// swallow what is meant for others.
type claim struct {
	addrs addrSet
	ports []netstack.PortRange
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

// addClaims adds what translations of destinations take on the side. A DNAT of
// every port, whose range is zero, takes none, or nothing could be masqueraded
// beside it; and so does a Static of an own address.
func (d *draft) addClaims(l *lender, nat []NAT) {
	for i := range d.targets {
		t, c := &d.targets[i], &d.dnat[i]
		switch {
		case c.scope&from(1<<l.side) == 0:
		case t.whole != nil:
			l.whole = union(append(addrSet{t.whole.external}.minus(d.box.own), l.whole...))
		case !t.exempt:
			l.claims = append(l.claims, claim{c.dst, forwardedPorts(nat[t.number-1].Service)})
		}
	}
}

func forwardedPorts(list []Service) (ports []netstack.PortRange) {
	for _, s := range list {
		if !s.Negate { // what is taken away may be lent or not
			ports = append(ports, s.Destination)
		}
	}
	return ports
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

// shares divides addrs into ranges of addresses, ascending, that have the same
// ports taken from them.
func (l *lender) shares(addrs addrSet) (shares []claim) {
	for _, r := range addrs {
		shares = append(shares, claim{addrSet{r}, nil})
	}
	for _, c := range l.claims {
		if !c.addrs.meets(addrs) || len(c.ports) == 0 {
			continue
		}
		var divided []claim
		for _, s := range shares {
			divided = append(divided, s.divide(c)...)
		}
		shares = divided
	}
	slices.SortFunc(shares, func(a, b claim) int { return compare(a.addrs[0].first, b.addrs[0].first) })
	return shares
}

// divide returns the ranges of s, one each, with the ports of c taken where it
// claims them.
func (s claim) divide(c claim) (divided []claim) {
	for _, r := range s.addrs.minus(c.addrs) {
		divided = append(divided, claim{addrSet{r}, s.ports})
	}
	for _, r := range s.addrs.and(c.addrs) {
		divided = append(divided, claim{addrSet{r}, slices.Concat(s.ports, c.ports)})
	}
	return divided
}
