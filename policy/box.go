package policy

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"sallyport/netstack"
)

// box is a Topology made ready: where an address lives.
type box struct {
	own      addrSet
	ownOf    [netstack.Sides]addrSet
	inside   addrSet               // what lives inside, own addresses not taken out
	shared   addrSet               // what lives inside, and on the outside as well: a translation says so
	known    bool                  // inside is known, so that a source must be in it
	forwards [netstack.Sides]scope // the IP versions each side forwards
}

func compileBox(t Topology, nat []NAT) (box, error) {
	inside, err := insideNetworks(t)
	b := box{inside: inside, shared: sharedNetworks(nat, inside), known: len(t.Sides[netstack.Inside].Networks) > 0}
	errs := []error{err}
	for side, s := range t.Sides {
		b.forwards[side] = forwarded(s)
		b.ownOf[side], err = ownAddresses(s)
		errs = append(errs, err)
	}
	b.own = union(slices.Concat(b.ownOf[:]...))
	return b, errors.Join(errs...)
}

func forwarded(s SideTopology) (versions scope) {
	if s.IPv4 {
		versions |= scopeIPv4
	}
	if s.IPv6 {
		versions |= scopeIPv6
	}
	return versions
}

func ownAddresses(s SideTopology) (addrSet, error) {
	var ranges []addrRange
	var errs []error
	for _, a := range s.Own {
		a = a.Unmap().WithZone("")
		r, err := rangesOf(Address{Range: AddrRange{a, a}}, nil)
		ranges, errs = append(ranges, r...), append(errs, err)
	}
	return union(ranges), errors.Join(errs...)
}

// insideNetworks returns the addresses that live inside. The longest prefix of
// either side decides, as it does in routing: 10.0.0.0/8 inside does not hold
// 10.9.0.0/24 outside. A prefix that both sides name is inside, so that the
// outside cannot claim it.
func insideNetworks(t Topology) (addrSet, error) {
	type network struct {
		prefix netip.Prefix
		side   int
	}
	var networks []network
	for _, side := range []int{int(netstack.Outside), int(netstack.Inside)} {
		for _, p := range t.Sides[side].Networks {
			networks = append(networks, network{p, side})
		}
	}
	slices.SortStableFunc(networks, func(a, b network) int { return a.prefix.Bits() - b.prefix.Bits() })
	var inside addrSet
	for _, n := range networks {
		set, err := prefixSet(n.prefix)
		switch {
		case err != nil:
			return nil, fmt.Errorf("network %v: %w", n.prefix, err)
		case n.side == int(netstack.Inside):
			inside = union(append(inside, set...))
		default:
			inside = inside.minus(set)
		}
	}
	return inside, nil
}

// sharedNetworks returns what lives inside and, as some translation's real hosts
// of that side, on the outside too.
func sharedNetworks(nat []NAT, inside addrSet) addrSet {
	var outside []addrRange
	for _, n := range nat {
		if m, err := newOneToOne(n); n.isOneToOne() && err == nil && m.side == netstack.Outside {
			outside = append(outside, m.real)
		}
	}
	return union(outside).and(inside)
}

// sideOf returns where a packet to dst goes that came from the side in: an
// address that both sides have is on that.
func (b *box) sideOf(dst netstack.Addr, in netstack.Side) netstack.Side {
	switch {
	case b.own.contains(dst):
		return netstack.Self
	case !b.inside.contains(dst) || in == netstack.Outside && b.shared.contains(dst):
		return netstack.Outside
	}
	return netstack.Inside
}

// routes reports whether a packet of IP version v may go from side in to out.
// What came from the outside never goes back there: the firewall is no
// reflector.
func (b *box) routes(v scope, in, out netstack.Side) bool {
	return b.forwards[in]&v != 0 &&
		(out == netstack.Self || b.forwards[out]&v != 0) &&
		(in != netstack.Outside || out != netstack.Outside)
}
