package policy

import (
	"net/netip"

	"sallyport/netstack"
)

func (d dice) nat(name string) NAT {
	n := NAT{Name: name, Type: pick(d, Masquerade, Masquerade, Masquerade, SNAT, SNAT, DNAT, DNAT, DNAT, DNAT, Static, NPTv6, Exempt), From: d.zones(), To: d.zones(), Family: Family(d.IntN(3)), NoHairpin: d.one(4)}
	if d.one(2) || n.isOneToOne() { // else it holds for most packets
		n.Source, n.Destination, n.Service = d.addresses(), d.addresses(), d.services()
	}
	switch n.Type {
	case DNAT:
		d.targets(&n)
	case SNAT:
		for range 1 + d.IntN(2) {
			first := d.plainAddr(d.one(2))
			n.External = append(n.External, AddrRange{first, d.after(first, d.IntN(3))})
		}
	case Static, NPTv6:
		d.oneToOne(&n)
	}
	if n.Lending.Filtering = pick(d, FilterAddressAndPort, FilterAddress); d.one(3) {
		n.Lending.Ports = append(n.Lending.Ports, d.ports(), d.ports())
	}
	return n
}

// targets gives n hosts of one family, perhaps with ports that suit its services.
func (d dice) targets(n *NAT) {
	v4, ports := d.one(2), netstack.PortRange{}
	if d.one(2) {
		ports.First = d.port()
		ports.Last = ports.First
	} else if len(n.Service) > 0 && d.one(2) {
		p := netstack.PortRange{First: 2, Last: 5}
		n.Service = []Service{{Protocol: netstack.TCP, Destination: p}, {Protocol: netstack.UDP, Destination: p}}
		ports = netstack.PortRange{First: 1, Last: 4}
	}
	for range 1 + d.IntN(pick(d, 1, 4)) {
		n.Targets = append(n.Targets, Target{d.addr(v4), ports})
	}
}

// oneToOne gives n a range to translate to one of the same size.
func (d dice) oneToOne(n *NAT) {
	n.Service = nil
	if n.From, n.To = FromInside, FromOutside; d.one(3) {
		n.From, n.To = n.To, n.From
	}
	v4, length := n.Type == Static && d.one(2), pick(d, 48, 56, 64)
	if n.Type == Static {
		length = pick(d, 125, 128)
	}
	if v4 {
		length -= 96
	}
	real, external := netip.PrefixFrom(d.plainAddr(v4), length).Masked(), netip.PrefixFrom(d.plainAddr(v4), length).Masked()
	n.Source = []Address{{Range: AddrRange{real.Addr(), lastOf(real)}}}
	n.External = []AddrRange{{external.Addr(), lastOf(external)}}
}

// plainAddr is an addr that is no corner of the number range.
func (d dice) plainAddr(v4 bool) netip.Addr {
	for {
		if a := d.addr(v4); a.Is4() && a.AsSlice()[1] < 2 || a.Is6() && a.AsSlice()[0] == 0xfd {
			return a
		}
	}
}

// after returns the address n after a, or the last.
func (d dice) after(a netip.Addr, n int) netip.Addr {
	for ; n > 0 && a.Next().IsValid(); n-- {
		a = a.Next()
	}
	return a
}
