package policy

import (
	"slices"

	"sallyport/netstack"
)

// hairpinned returns what the rules see of packets that come back inside where
// they were sent out, both ways that they are seen.
func (m *terrain) hairpinned(nat []NAT) (r region) {
	var targets []addrRange
	for i := range nat {
		if n := &nat[i]; !n.NoHairpin && (n.Type == DNAT && n.From.Has(netstack.Outside) || n.isOneToOne() && n.To.Has(netstack.Outside)) {
			targets = append(targets, n.realRanges()...)
		}
		if nat[i].Lending.Filtering != FilterAddressAndPort {
			targets = append(targets, everything) // any host may have a mapping
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

// realRanges returns the hosts that n leads to.
func (n *NAT) realRanges() (ranges []addrRange) {
	for _, t := range n.Targets {
		a := netstack.AddrFrom(t.Addr)
		ranges = append(ranges, addrRange{a, a})
	}
	if n.isOneToOne() {
		r := n.Source[0].Range
		ranges = append(ranges, addrRange{netstack.AddrFrom(r.First), netstack.AddrFrom(r.Last)})
	}
	return ranges
}

// opened reports whether a rule accepts something of what n translates: as it
// arrives or leaves.
func (m *terrain) opened(n *NAT, inward, outward, accepted region) bool {
	if outward.meetsAny(accepted) {
		return true
	}
	for _, e := range inward {
		for _, w := range m.ways {
			if slices.ContainsFunc(n.leadsTo(), func(l lead) bool { return accepted.meets(e.sentTo(w, l)) }) {
				return true
			}
		}
	}
	return false
}

// lead is where a translation leads: hosts, and ports unless they are kept.
type lead struct {
	hosts addrSet
	ports netstack.PortRange
}

func (n *NAT) leadsTo() (leads []lead) {
	for _, t := range n.Targets {
		a := netstack.AddrFrom(t.Addr)
		leads = append(leads, lead{addrSet{{a, a}}, t.Ports})
	}
	if n.isOneToOne() {
		leads = append(leads, lead{hosts: union(n.realRanges())})
	}
	return leads
}

// sentTo returns e after translation to l, if it can go on that way: else
// nothing.
func (e extent) sentTo(w way, l lead) *extent {
	come := scope(e[byScope][0].first.Lo) &^ to(AnyZone)
	if w.own || w.scope&^to(AnyZone) != come {
		return &extent{}
	}
	e[byScope], e[byDestination] = scopeSet(w.scope), w.dst.and(l.hosts)
	if l.ports.First != 0 {
		e[byService] = toPorts(e[byService], l.ports)
	}
	return &e
}

// toPorts returns what services become whose destination port, if they have one,
// becomes one of ports.
func toPorts(what addrSet, ports netstack.PortRange) addrSet {
	var moved []addrRange
	for _, p := range []netstack.Protocol{netstack.TCP, netstack.UDP, netstack.DCCP, netstack.SCTP, netstack.UDPLite} {
		proto := addrSet{numbers(uint64(p)<<16, uint64(p)<<16|0xffff)}
		if what.meets(proto) {
			moved = append(moved, numbers(uint64(p)<<16|uint64(ports.First), uint64(p)<<16|uint64(ports.Last)))
			what = what.minus(proto)
		}
	}
	return union(append(moved, what...))
}
