package policy

import (
	"slices"

	"sallyport/netstack"
)

// claim is ports of addresses that are not to be lent: a session behind one would
// swallow what is meant for others.
type claim struct {
	addrs addrSet
	ports []netstack.PortRange
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
