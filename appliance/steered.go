package appliance

import (
	"sallyport/appliance/plumbing"
	"sallyport/policy"
)

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
