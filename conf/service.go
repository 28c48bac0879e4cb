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

// parseService reads a service without a name of its own: "tcp",
// "tcp/443", "tcp/1024-65535", "icmp/echo-request", "icmp/3/4", "proto/47".
func parseService(s string) (policy.Service, error) {
	name, what, narrowed := strings.Cut(s, "/")
	if name == "proto" {
		return parseProtocolNumber(what)
	}
	proto, known := protocols[name]
	service := policy.Service{Protocol: proto}
	switch {
	case !known:
		return service, fmt.Errorf("unknown protocol %q%s", name, didYouMean(name, append(protocolNames(), "proto")))
	case !narrowed:
		return service, nil
	case proto == netstack.ICMP || proto == netstack.ICMPv6:
		return parseICMP(proto, what)
	case !proto.HasPorts():
		return service, fmt.Errorf("%s has no ports; write %q", name, name)
	}
	ports, err := parsePorts(what)
	service.Destination = ports
	return service, err
}

func parseProtocolNumber(s string) (policy.Service, error) {
	n, err := strconv.ParseUint(s, 10, 8)
	if err != nil {
		return policy.Service{}, fmt.Errorf("%q is not a protocol number from 0 to 255", s)
	}
	return policy.Service{Protocol: netstack.Protocol(n)}, nil
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
