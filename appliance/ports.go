package appliance

import (
	"slices"

	"sallyport/netstack"
	"sallyport/policy"
)

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
