package policy

import (
	"errors"
	"net/netip"

	"sallyport/netstack"
)

// natList is the translations of one kind, which are asked in order.
type natList struct {
	numbers []int // in Spec.NAT
	regions []region
}

func (m *terrain) translations(list []NAT, kind NATType) (l natList, err error) {
	for i, n := range list {
		if n.Type != kind {
			continue
		}
		r, regionErr := m.translated(n)
		err = errors.Join(err, regionErr)
		l.numbers, l.regions = append(l.numbers, i), append(l.regions, r)
	}
	return l, err
}

// translated returns what n translates. What goes to the box itself has no
// source translation, and a DNAT keeps the IP version.
func (m *terrain) translated(n NAT) (region, error) {
	c := clause{n.From, n.To &^ ToSelf, n.Family, n.Source, n.Destination, n.Service}
	if n.Type == Masquerade {
		return m.region(c, m.ways)
	}
	c.to = AnyZone
	var ways []way
	for _, w := range m.arrivals {
		if w.scope&versionOf(n.Target.Addr()) != 0 {
			ways = append(ways, w)
		}
	}
	return m.region(c, ways)
}

func versionOf(a netip.Addr) scope {
	if a.Is4() {
		return scopeIPv4
	}
	return scopeIPv6
}

// hairpinned returns what the rules see of packets that come back inside where
// they were sent out, both ways that they are seen.
func (m *terrain) hairpinned(nat []NAT) (r region) {
	var targets []addrRange
	for _, n := range nat {
		if n.Type == DNAT && !n.NoHairpin && n.From.Has(netstack.Outside) {
			a := netstack.AddrFrom(n.Target.Addr())
			targets = append(targets, addrRange{a, a})
		}
	}
	for _, w := range m.ways {
		e := extent{scopeSet(w.scope), addrSet{numbers(0, 1<<24-1)}, addrSet{numbers(0, 1<<16-1)}, w.src, w.dst.and(union(targets))}
		if w.scope&to(FromInside) != 0 && !e.empty() {
			r = append(r, e)
		}
	}
	return r
}

// lintNAT looks for translations that get nothing, or nothing that a rule
// accepts.
func (m *terrain) lintNAT(s Spec, l natList, accepted region) (found []Finding) {
	k := newRanking(l.regions)
	for i, number := range l.numbers {
		f, dead := k.dead(i)
		if !dead && !m.opened(s.NAT[number], l.regions[i], accepted) {
			f, dead = Finding{Fault: Unopened}, true
		}
		if !dead {
			continue
		}
		f.NAT, f.Number = true, number
		for b := range f.By {
			f.By[b] = l.numbers[f.By[b]]
		}
		found = append(found, f)
	}
	return found
}

// opened reports whether a rule accepts something of what n translates.
func (m *terrain) opened(n NAT, r, accepted region) bool {
	for _, e := range r {
		if n.Type == Masquerade && accepted.meets(&e) {
			return true
		}
		for _, w := range m.ways {
			if n.Type == DNAT && e.leadsTo(w, n.Target) && accepted.meets(e.sentTo(w, n.Target)) {
				return true
			}
		}
	}
	return false
}

// leadsTo reports whether what comes as e says can go on that way to target.
func (e *extent) leadsTo(w way, target netip.AddrPort) bool {
	come := scope(e[byScope][0].first.Lo) &^ to(AnyZone)
	return !w.own && w.scope&^to(AnyZone) == come && w.dst.contains(netstack.AddrFrom(target.Addr()))
}

// sentTo returns e after translation to target.
func (e extent) sentTo(w way, target netip.AddrPort) *extent {
	a := netstack.AddrFrom(target.Addr())
	e[byScope], e[byDestination] = scopeSet(w.scope), addrSet{{a, a}}
	if target.Port() != 0 {
		e[byService] = toPort(e[byService], target.Port())
	}
	return &e
}

// toPort returns what services become whose destination port, if they have one,
// becomes port.
func toPort(what addrSet, port uint16) addrSet {
	var moved []addrRange
	for _, p := range []netstack.Protocol{netstack.TCP, netstack.UDP, netstack.DCCP, netstack.SCTP, netstack.UDPLite} {
		proto := addrSet{numbers(uint64(p)<<16, uint64(p)<<16|0xffff)}
		if what.meets(proto) {
			moved = append(moved, numbers(uint64(p)<<16|uint64(port), uint64(p)<<16|uint64(port)))
			what = what.minus(proto)
		}
	}
	return union(append(moved, what...))
}
