package conf

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"sallyport/netstack"
	"sallyport/policy"
)

// protocols are the IP protocols that a service can name.
var protocols = map[string]netstack.Protocol{
	"icmp": netstack.ICMP, "igmp": netstack.IGMP, "tcp": netstack.TCP, "udp": netstack.UDP,
	"dccp": netstack.DCCP, "gre": netstack.GRE, "esp": netstack.ESP, "ah": netstack.AH,
	"icmpv6": netstack.ICMPv6, "sctp": netstack.SCTP, "udplite": netstack.UDPLite,
}

func protocolNames() []string { return slices.Sorted(maps.Keys(protocols)) }

// parseService reads a service without a name of its own: "tcp", "tcp/443",
// "tcp/80,8000-8090", "udp/123 from 123", "tcp from 1024-65535",
// "icmp/echo-request", "icmp/3/4", "proto/47". Ports in a list make a service
// each.
func parseService(s string) ([]policy.Service, error) {
	what, source, sourced := strings.Cut(s, " from ")
	name, what, narrowed := strings.Cut(strings.TrimSpace(what), "/")
	proto, known := protocols[name]
	service := policy.Service{Protocol: proto}
	var err error
	switch {
	case name == "proto":
		service.Protocol, err = parseProtocolNumber(what)
	case !known:
		err = fmt.Errorf("unknown protocol %q%s", name, didYouMean(name, append(protocolNames(), "proto")))
	case proto.HasPorts():
		return portServices(service, what, narrowed, source, sourced)
	case narrowed && (proto == netstack.ICMP || proto == netstack.ICMPv6):
		service, err = parseICMP(proto, what)
	case narrowed:
		err = fmt.Errorf("%s has no ports; write %q", name, name)
	}
	if err == nil && sourced {
		err = fmt.Errorf("%s has no ports, so it comes from none", name)
	}
	return []policy.Service{service}, err
}

// maxPorts is how many services one entry may make.
const maxPorts = 64

// portServices returns a service for each of the ports that s goes to, from each
// of those that it comes from.
func portServices(s policy.Service, to string, narrowed bool, from string, sourced bool) (list []policy.Service, err error) {
	destinations, sources := []netstack.PortRange{{}}, []netstack.PortRange{{}}
	if narrowed {
		destinations, err = parsePortList(to)
	}
	if err == nil && sourced {
		sources, err = parsePortList(from)
	}
	if err == nil && len(destinations)*len(sources) > maxPorts {
		err = fmt.Errorf("more than %d ports in one entry; write several", maxPorts)
	}
	if err != nil {
		return nil, err
	}
	for _, s.Source = range sources {
		for _, s.Destination = range destinations {
			list = append(list, s)
		}
	}
	return list, nil
}

func parsePortList(s string) (list []netstack.PortRange, err error) {
	for part := range strings.SplitSeq(s, ",") {
		r, err := parsePorts(strings.TrimSpace(part))
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}

func parseProtocolNumber(s string) (netstack.Protocol, error) {
	n, err := strconv.ParseUint(s, 10, 8)
	if err != nil {
		return 0, fmt.Errorf("%q is not a protocol number from 0 to 255", s)
	}
	return netstack.Protocol(n), nil
}

// parsePorts reads "443" or "1024-65535".
func parsePorts(s string) (r netstack.PortRange, err error) {
	first, last, isRange := strings.Cut(s, "-")
	if r.First, err = parsePort(first); err != nil {
		return r, err
	}
	r.Last = r.First
	if isRange {
		r.Last, err = parsePort(last)
	}
	if err == nil && r.Last < r.First {
		err = fmt.Errorf("port range %q ends before it starts; write \"%d-%d\"", s, r.Last, r.First)
	}
	return r, err
}

// parsePort leaves out port 0: nobody can speak to it, and the zero range means
// any port.
func parsePort(s string) (uint16, error) {
	switch n, err := strconv.ParseUint(s, 10, 16); {
	case s == "":
		return 0, errors.New("a port is missing")
	case err != nil || n == 0:
		return 0, fmt.Errorf("%q is not a port from 1 to 65535", s)
	default:
		return uint16(n), nil
	}
}

func unknownService(s string, names []string) error {
	names = append(names, append(protocolNames(), anyWord)...)
	if port, err := strconv.Atoi(s); err == nil {
		return fmt.Errorf("a port needs its protocol: write \"tcp/%d\" or \"udp/%d\"", port, port)
	}
	return fmt.Errorf("unknown service %q%s", s, didYouMean(s, names))
}
