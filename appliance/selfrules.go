package appliance

import (
	"net/netip"

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
