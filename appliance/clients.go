package appliance

import (
	"sallyport/appliance/plumbing"
	"sallyport/netstack"
)

// clientPorts are the ports of own addresses on which a packet that arrived on
// side is for one of the box's own clients, as the kernel's rules have it: those
// the kernel gives to clients, without what is translated and without services
// of the box that the policy refuses.
func clientPorts(spec plumbing.Spec, side netstack.Side, ephemeral netstack.PortRange) []netstack.PortRange {
	ports := []netstack.PortRange{ephemeral}
	for _, s := range spec.Steered {
		if s.From == side {
			ports = without(ports, s.Ports)
		}
	}
	for _, s := range spec.Self {
		inside := s.Ports.First >= ephemeral.First && s.Ports.Last <= ephemeral.Last
		if s.From == side && !s.Accept && inside {
			ports = without(ports, s.Ports)
		}
	}
	return ports
}

// without returns the ranges less the ports that take has.
func without(ranges []netstack.PortRange, take netstack.PortRange) (out []netstack.PortRange) {
	for _, r := range ranges {
		if take.Last < r.First || r.Last < take.First {
			out = append(out, r)
			continue
		}
		if r.First < take.First {
			out = append(out, netstack.PortRange{First: r.First, Last: take.First - 1})
		}
		if take.Last < r.Last {
			out = append(out, netstack.PortRange{First: take.Last + 1, Last: r.Last})
		}
	}
	return out
}
