package policy

import "net/netip"

// inward returns what n wants of packets as they arrive.
func (m *terrain) inward(n *NAT) (region, bool, error) {
	c, ways := clause{n.From, n.To, n.Family, n.Source, n.Destination, n.Service}, m.arrivals
	switch {
	case n.Type == DNAT:
		c.to, ways = AnyZone, waysOf(m.arrivals, versionsOf(n.Targets))
	case n.isOneToOne():
		external := []Address{{Range: n.External[0]}}
		c = clause{n.To, AnyZone, n.Family, n.Destination, external, nil}
	case n.Type != Exempt:
		return nil, false, nil
	}
	r, err := m.region(c, ways)
	return r, true, err
}

// outward returns what n wants of packets whose source is to be translated. What
// goes to the box itself is not.
func (m *terrain) outward(n *NAT) (region, bool, error) {
	c, ways := clause{n.From, n.To &^ ToSelf, n.Family, n.Source, n.Destination, n.Service}, m.ways
	switch n.Type {
	case DNAT:
		return nil, false, nil
	case SNAT:
		version := scope(0)
		for _, r := range n.External {
			version |= versionOf(r.First)
		}
		ways = waysOf(m.ways, version)
	}
	r, err := m.region(c, ways)
	return r, true, err
}

// waysOf returns those of list that are of one of the IP versions.
func waysOf(list []way, versions scope) (of []way) {
	for _, w := range list {
		if w.scope&versions != 0 {
			of = append(of, w)
		}
	}
	return of
}

func versionsOf(targets []Target) (versions scope) {
	for _, t := range targets {
		versions |= versionOf(t.Addr)
	}
	return versions
}

func versionOf(a netip.Addr) scope {
	if a.Is4() {
		return scopeIPv4
	}
	return scopeIPv6
}
