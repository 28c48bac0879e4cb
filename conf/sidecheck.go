package conf

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"sallyport/policy"
)

// checkSides compares what the sides say with each other and in themselves.
// Networks may be on both if a translation gives those outside other addresses.
func checkSides(inside, outside sideReader, nat []policy.NAT) {
	for _, r := range []sideReader{inside, outside} {
		r.checkGateways()
		r.checkRepeated()
	}
	checkSameInterface(inside, outside)
	checkSameTUN(inside, outside)
	for i, p := range outside.side.Networks {
		if slices.Contains(inside.side.Networks, p) && !isTranslated(p, nat) {
			outside.networkValues[i].fail("%v is inside too, and a network lives on one side, unless a static translation from outside gives it other addresses", p)
		}
	}
}

// isTranslated reports whether the hosts of p, on the outside, have other
// addresses for the inside.
func isTranslated(p netip.Prefix, nat []policy.NAT) bool {
	return slices.ContainsFunc(nat, func(n policy.NAT) bool {
		return (n.Type == policy.Static || n.Type == policy.NPTv6) && n.From == policy.FromOutside &&
			slices.ContainsFunc(n.Source, func(a policy.Address) bool {
				return prefixOf(a.Range).Contains(p.Addr()) && prefixOf(a.Range).Bits() <= p.Bits()
			})
	})
}

func checkSameInterface(inside, outside sideReader) {
	if inside.iface == nil || outside.iface == nil {
		return
	}
	a, b := inside.side, outside.side
	switch {
	case a.Interface != "" && a.Interface == b.Interface:
		outside.iface.fail("%q is the inside interface already; the sides need one each", b.Interface)
	case a.Subnet.IsValid() && b.Subnet.IsValid() && a.Subnet.Overlaps(b.Subnet):
		outside.iface.fail("%v and the inside interface's %v overlap; the sides need an interface each", b.Subnet, a.Subnet)
	}
}

// checkSameTUN also compares with the names that a side has by default.
func checkSameTUN(inside, outside sideReader) {
	if inside.side.TUN != outside.side.TUN {
		return
	}
	at := outside.tun
	if at == nil {
		at = inside.tun
	}
	at.fail("%q is the name of both TUN devices", outside.side.TUN)
}

// checkGateways makes each gateway a host of the side, and gives it the length
// of its network.
func (r *sideReader) checkGateways() {
	for i, at := range r.gateways {
		g := &r.side.Gateway[i]
		if r.side.Bare() {
			at.fail("a gateway address needs an interface to be given to")
			continue
		}
		if err := r.side.settle(g); err != nil {
			at.fail("%v", err)
		}
		if isSecond(*g, r.side.Gateway[:i]) {
			at.fail("%v", errSecondGateway)
		}
	}
}

var errSecondGateway = errors.New("a second gateway of the same family")

// isSecond reports whether one of the gateways before g is of its family.
func isSecond(g netip.Prefix, before []netip.Prefix) bool {
	return slices.ContainsFunc(before, func(other netip.Prefix) bool { return other.Addr().Is4() == g.Addr().Is4() })
}

// settle finds the network of gateway g.
func (s *Side) settle(g *netip.Prefix) error {
	networks := slices.Clone(s.Networks)
	if s.Subnet.IsValid() {
		networks = append(networks, s.Subnet)
	}
	network := netip.Prefix{}
	for _, n := range networks {
		if n.Contains(g.Addr()) && (!network.IsValid() || n.Bits() > network.Bits()) {
			network = n
		}
	}
	switch {
	case len(networks) > 0 && !network.IsValid():
		return fmt.Errorf("gateway %v is in none of the side's networks: %v", g.Addr(), networks)
	case network.IsValid() && g.IsSingleIP():
		*g = netip.PrefixFrom(g.Addr(), network.Bits())
	}
	return checkHost(*g)
}

// checkHost refuses the network's own address and its broadcast address.
func checkHost(g netip.Prefix) error {
	if !g.Addr().Is4() || g.Bits() >= 31 {
		return nil
	}
	switch r := rangeOf(g.Masked()); g.Addr() {
	case r.First:
		return fmt.Errorf("%v is the address of the network %v itself", g.Addr(), g.Masked())
	case r.Last:
		return fmt.Errorf("%v is the broadcast address of %v", g.Addr(), g.Masked())
	}
	return nil
}

func (r *sideReader) checkRepeated() {
	for i, at := range r.networkValues {
		if slices.Contains(r.side.Networks[:i], r.side.Networks[i]) {
			at.fail("%v is listed twice", r.side.Networks[i])
		}
	}
}
