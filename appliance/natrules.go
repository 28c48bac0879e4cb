package appliance

import (
	"net/netip"

	"sallyport/appliance/plumbing"
	"sallyport/netstack"
	"sallyport/policy"
)

// externalOn returns the addresses that translations use on a side: those that
// sources become there, and those that destinations are translated from. What a
// list does not name, such as any address or the box's own, is not one.
func externalOn(side netstack.Side, nat []policy.NAT) (all []netip.Prefix) {
	for i := range nat {
		switch n := &nat[i]; n.Type {
		case policy.SNAT, policy.Static, policy.NPTv6:
			if n.To.Has(side) {
				all = append(all, prefixes(asAddresses(n.External), n.Family)...)
			}
		case policy.DNAT:
			if n.From.Has(side) {
				all = append(all, prefixes(n.Destination, n.Family)...)
			}
		}
	}
	return all
}

func asAddresses(ranges []policy.AddrRange) (list []policy.Address) {
	for _, r := range ranges {
		list = append(list, policy.Address{Range: r})
	}
	return list
}

// hairpinned lists the ports of the box's outer addresses that hosts of the inside
// may come to a published one by.
func hairpinned(nat []policy.NAT, own []netip.Prefix) []plumbing.Service {
	var inner []policy.NAT
	for _, n := range nat {
		if n.Type != policy.DNAT || n.NoHairpin || !n.From.Has(netstack.Outside) || n.From.Has(netstack.Inside) {
			continue
		}
		n.From = policy.FromInside
		n.Destination = ownAmong(n.Destination, own)
		if len(n.Destination) > 0 {
			inner = append(inner, n)
		}
	}
	return steered(inner)
}

// ownAmong returns those of own that a list may mean.
func ownAmong(list []policy.Address, own []netip.Prefix) (found []policy.Address) {
	for _, o := range own {
		a := o.Addr()
		for _, p := range prefixes(list, policy.AnyFamily) { // "self" alone names none: all of them
			if p.Contains(a) {
				found = append(found, policy.Address{Range: policy.AddrRange{First: a, Last: a}})
				break
			}
		}
	}
	return found
}
