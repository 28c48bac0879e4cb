package plumbing

import (
	"net/netip"

	"sallyport/netstack"
)

// spec is a firewall between eth0 and eth1 for both families.
func spec() Spec {
	return Spec{Sides: [netstack.Sides]Side{
		{Interface: "eth0", TUN: "sp-in", IPv4: true, IPv6: true},
		{Interface: "eth1", TUN: "sp-out", IPv4: true, IPv6: true},
	}}
}

// self accepts (or refuses) a TCP or UDP port of the box from a side.
func self(from netstack.Side, proto netstack.Protocol, port uint16, accept bool) SelfService {
	return SelfService{Accept: accept, Service: Service{
		From: from, Protocol: proto, Ports: netstack.PortRange{First: port, Last: port}, IPv4: true, IPv6: true,
	}}
}

func prefixes(texts ...string) (all []netip.Prefix) {
	for _, text := range texts {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}

func ephemeralHere(l *lab) netstack.PortRange {
	r, err := Ephemeral()
	l.must(err)
	return r
}
