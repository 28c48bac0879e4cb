package appliance

import (
	"net/netip"
	"slices"

	"go4.org/netipx"

	"sallyport/appliance/plumbing"
	"sallyport/netstack"
	"sallyport/policy"
)

// selfServices lists, in order, what the policy says about TCP, UDP and SCTP
// to the box itself. The kernel has to be told: a packet for one of its own
// connections must not be forwarded into a device (design: early demux ties it
// to its socket, and a packet tied to a socket is not forwarded).
//
// shared are the sides whose own address also carries translated sessions.
// There, a rule that names no port opens only the well-known ones, or the
// kernel would take the replies of every translated session for its own.
func selfServices(rules []policy.Rule, shared policy.Zones) []plumbing.SelfService {
	var out []plumbing.SelfService
	for i := range rules {
		r := &rules[i]
		if r.Off || !r.To.Has(netstack.Self) {
			continue
		}
		for side := range netstack.Side(netstack.Sides) {
			if r.From.Has(side) {
				out = append(out, selfServicesOf(r, side, shared.Has(side))...)
			}
		}
	}
	return out
}

func selfServicesOf(r *policy.Rule, side netstack.Side, shared bool) []plumbing.SelfService {
	var out []plumbing.SelfService
	for _, source := range prefixes(r.Source, r.Family) {
		for _, to := range prefixes(r.Destination, r.Family) {
			if source.Addr().Is4() != to.Addr().Is4() {
				continue
			}
			for _, s := range portServices(r.Service, shared) {
				out = append(out, plumbing.SelfService{
					Service: ownService(side, source, to, s),
					Accept:  r.Action == netstack.Pass,
				})
			}
		}
	}
	return out
}

// ownService is s as the kernel's rules are told of it: an address that may be
// any is left out.
func ownService(from netstack.Side, source, to netip.Prefix, s policy.Service) plumbing.Service {
	out := plumbing.Service{
		From: from, Protocol: s.Protocol, Ports: s.Destination, Sources: s.Source,
		IPv4: source.Addr().Is4(), IPv6: source.Addr().Is6(),
	}
	if source.Bits() > 0 {
		out.Source = source
	}
	if to.Bits() > 0 {
		out.Destination = to
	}
	return out
}

// steered lists the ports of the box itself that a destination translation
// takes. A translation of another address needs none: that is transit.
func steered(nat []policy.NAT) []plumbing.Service {
	var out []plumbing.Service
	for i := range nat {
		n := &nat[i]
		if n.Type != policy.DNAT {
			continue
		}
		asRule := policy.Rule{From: n.From, Family: n.Family, Source: n.Source, Destination: n.Destination,
			Service: n.Service, To: policy.ToSelf}
		for _, s := range selfServices([]policy.Rule{asRule}, 0) {
			if s.Ports != allPorts { // or the box's own connections would be taken too
				out = append(out, s.Service)
			}
		}
	}
	return out
}

var (
	allPorts  = netstack.PortRange{First: 1, Last: 65535}
	wellKnown = netstack.PortRange{First: 1, Last: 1023}
)

// portServices returns what of a rule's services concerns protocols with
// sockets, one entry a protocol and port range.
func portServices(services []policy.Service, shared bool) []policy.Service {
	isNegated := func(s policy.Service) bool { return s.Negate }
	positive := slices.DeleteFunc(slices.Clone(services), isNegated)
	if len(positive) == 0 {
		positive = []policy.Service{{AnyProtocol: true}}
	}
	var out []policy.Service
	for _, s := range positive {
		for _, proto := range []netstack.Protocol{netstack.TCP, netstack.UDP, netstack.SCTP} {
			if s.AnyProtocol || s.Protocol == proto {
				out = append(out, left(proto, s.Source, ports(s, shared), services)...)
			}
		}
	}
	return out
}

// left is a service of each range of ports that no negated one takes away. Those
// have no source ports: conf sees to that.
func left(proto netstack.Protocol, from, to netstack.PortRange, services []policy.Service) (out []policy.Service) {
	taken := []netstack.PortRange{{First: 1, Last: to.First - 1}}
	if to.Last < allPorts.Last {
		taken = append(taken, netstack.PortRange{First: to.Last + 1, Last: allPorts.Last})
	}
	for _, s := range services {
		if s.Negate && (s.AnyProtocol || s.Protocol == proto) {
			taken = append(taken, ports(s, false))
		}
	}
	for _, r := range policy.FreePorts(taken) {
		out = append(out, policy.Service{Protocol: proto, Source: from, Destination: r})
	}
	return out
}

func ports(s policy.Service, shared bool) netstack.PortRange {
	switch {
	case s.Destination != (netstack.PortRange{}):
		return s.Destination
	case shared:
		return wellKnown
	}
	return allPorts
}

// prefixes returns an address list as the kernel's rules can say them:
// prefixes, without negation. An empty list is everything of the family; own
// addresses are not told apart, because the kernel's rules are about them
// alone.
func prefixes(list []policy.Address, family policy.Family) []netip.Prefix {
	var b netipx.IPSetBuilder
	positive := false
	for _, a := range list {
		if !a.Negate && !a.Self {
			b.AddRange(netipx.IPRangeFrom(a.Range.First, a.Range.Last))
			positive = true
		}
	}
	if !positive {
		b.AddPrefix(all4)
		b.AddPrefix(all6)
	}
	for _, a := range list {
		if a.Negate && !a.Self {
			b.RemoveRange(netipx.IPRangeFrom(a.Range.First, a.Range.Last))
		}
	}
	switch family {
	case policy.IPv4:
		b.RemovePrefix(all6)
	case policy.IPv6:
		b.RemovePrefix(all4)
	}
	set, err := b.IPSet()
	if err != nil { // a range of two families, which conf does not make
		return nil
	}
	return set.Prefixes()
}

var (
	all4 = netip.MustParsePrefix("0.0.0.0/0")
	all6 = netip.MustParsePrefix("::/0")
)
