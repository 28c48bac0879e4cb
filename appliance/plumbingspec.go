package appliance

import (
	"fmt"
	"net/netip"
	"slices"

	"sallyport/appliance/plumbing"
	"sallyport/conf"
	"sallyport/netstack"
	"sallyport/policy"
)

// plumbingSpec is what the settings mean for this machine's interfaces.
func plumbingSpec(s *conf.Settings) (plumbing.Spec, error) {
	nat := s.Policy.NAT
	spec := plumbing.Spec{Steered: steered(nat), Self: selfServices(s.Policy.Rules, masqueradedSides(nat))}
	pass := families{true, true}
	for side := range netstack.Side(netstack.Sides) {
		c := &s.Sides[side]
		link, err := linkOf(c)
		if err != nil {
			return spec, fmt.Errorf("%v: %w", side, err)
		}
		spec.Sides[side] = plumbing.Side{Interface: link.Name, TUN: c.TUN, Gateway: c.Gateway, Bare: c.Bare()}
		if !c.Bare() {
			spec.Sides[side].External = externalOn(side, nat)
		}
		if side == netstack.Outside {
			spec.Steered = append(spec.Steered, hairpinned(nat, link.Addresses)...)
		}
		pass = pass.and(familiesOn(c, link))
	}
	// A family passes if it has addresses on both sides: what is routed into
	// nowhere is better said to be closed.
	for side := range spec.Sides {
		spec.Sides[side].IPv4, spec.Sides[side].IPv6 = pass.v4, pass.v6
	}
	return spec, nil
}

// linkOf finds a side's interface; the zero Link if it has none.
func linkOf(c *conf.Side) (plumbing.Link, error) {
	if c.Bare() {
		return plumbing.Link{}, nil
	}
	return plumbing.Resolve(c.Where())
}

// familiesOn are the IP versions that a side has addresses of. A device without an
// interface has none to tell by, so what is not said is open.
func familiesOn(c *conf.Side, link plumbing.Link) families {
	said := familiesOf(c.Gateway, c.Networks)
	if c.Bare() && said == (families{}) {
		return families{true, true}
	}
	return said.or(familiesOf(link.Addresses))
}

// families says which IP versions something has.
type families struct{ v4, v6 bool }

func (f families) or(g families) families { return families{f.v4 || g.v4, f.v6 || g.v6} }

func (f families) and(g families) families { return families{f.v4 && g.v4, f.v6 && g.v6} }

func familiesOf(lists ...[]netip.Prefix) (f families) {
	for _, p := range slices.Concat(lists...) {
		f = f.or(families{p.Addr().Is4(), p.Addr().Is6()})
	}
	return f
}

// masqueradedSides are those whose own address carries translated sessions, or
// may.
func masqueradedSides(nat []policy.NAT) (z policy.Zones) {
	for _, n := range nat {
		if n.Type == policy.Masquerade || n.Type == policy.SNAT {
			z |= n.To
		}
	}
	return z
}
