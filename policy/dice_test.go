package policy

import (
	"fmt"
	"math/rand/v2"
	"net/netip"

	"sallyport/netstack"
)

// dice throws rule sets and packets from a small world, so that they meet, with
// the corners of the number ranges among them.
type dice struct{ *rand.Rand }

func pick[T any](d dice, of ...T) T { return of[d.IntN(len(of))] }

func (d dice) one(in int) bool { return d.IntN(in) == 0 }

func (d dice) addr(v4 bool) netip.Addr {
	if v4 {
		if d.one(12) {
			return pick(d, netip.MustParseAddr("0.0.0.0"), netip.MustParseAddr("255.255.255.255"))
		}
		return netip.AddrFrom4([4]byte{pick[byte](d, 10, 192), byte(d.IntN(2)), 0, byte(d.IntN(16))})
	}
	if d.one(12) {
		return pick(d, netip.MustParseAddr("::1"), netip.MustParseAddr("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
			netip.MustParseAddr("::fffe:ffff:ffff"), netip.MustParseAddr("::1:0:0:0"))
	}
	return netip.AddrFrom16([16]byte{0: 0xfd, 7: byte(d.IntN(2)), 8: byte(d.IntN(2) * 255), 15: byte(d.IntN(16))})
}

func (d dice) prefix() netip.Prefix {
	a := d.addr(d.one(2))
	p, _ := a.Prefix(pick(d, 0, a.BitLen()/4, a.BitLen()/2, a.BitLen()-3, a.BitLen()-1, a.BitLen()))
	return p
}

func (d dice) addresses() (list []Address) {
	for range d.IntN(4) {
		a := Address{Negate: d.one(3)}
		switch d.IntN(4) {
		case 0:
			a.Self = true
		case 1:
			v4 := d.one(2)
			x, y := d.addr(v4), d.addr(v4)
			if y.Less(x) {
				x, y = y, x
			}
			a.Range = AddrRange{x, y}
		default:
			p := d.prefix()
			a.Range = AddrRange{p.Addr(), lastOf(p)}
		}
		list = append(list, a)
	}
	return list
}

func (d dice) port() uint16 { return pick[uint16](d, 0, 1, 2, 3, 4, 5, 65534, 65535) }

func (d dice) ports() netstack.PortRange {
	a, b := d.port(), d.port()
	if d.one(3) {
		a = b
	}
	return netstack.PortRange{First: min(a, b), Last: max(a, b)}
}

func (d dice) protocol() netstack.Protocol {
	return pick(d, netstack.TCP, netstack.UDP, netstack.ICMP, netstack.ICMPv6, netstack.GRE)
}

func (d dice) services() (list []Service) {
	for range d.IntN(4) {
		s := Service{Protocol: d.protocol()}
		switch {
		case d.one(8):
			s = Service{AnyProtocol: true}
		case s.Protocol.HasPorts():
			if d.one(4) {
				s.Source = d.ports()
			}
			s.Destination = d.ports()
		case s.Protocol != netstack.GRE && d.one(2):
			s.ICMP, s.Type, s.Code = true, uint8(d.IntN(3)), int16(d.IntN(3)-1)
		}
		s.Negate = d.one(6)
		list = append(list, s)
	}
	return list
}

func (d dice) zones() Zones { return Zones(1+d.IntN(3)) | Zones(d.IntN(2))<<netstack.Self }

func (d dice) spec() (s Spec) {
	for i := range d.IntN(pick(d, 8, 8, 8, 8, 80)) {
		s.Rules = append(s.Rules, Rule{
			Name: fmt.Sprint("r", i), From: d.zones(), To: d.zones(), Family: Family(d.IntN(3)),
			Source: d.addresses(), Destination: d.addresses(), Service: d.services(),
			Action: pick(d, netstack.Pass, netstack.Pass, netstack.Reject, netstack.Drop), Log: d.one(2),
			When: pick[uint16](d, 0, 0, 0, 0, 0, 1, 2), Off: d.one(8), Limit: pick[uint16](d, 0, 0, 0, 0, 0, 0, 0, 0, 1),
		})
	}
	for i := range d.IntN(pick(d, 5, 5, 5, 5, 20)) {
		s.NAT = append(s.NAT, d.nat(fmt.Sprint("n", i)))
	}
	return s
}

func (d dice) topology() (t Topology) {
	for i := range t.Sides {
		s := SideTopology{IPv4: !d.one(8), IPv6: !d.one(8)}
		for range 1 + d.IntN(4) {
			s.Own = append(s.Own, d.addr(d.one(2)))
		}
		for range d.IntN(4) {
			s.Networks = append(s.Networks, d.prefix())
		}
		t.Sides[i] = s
	}
	return t
}

func (d dice) packet() *netstack.Packet {
	v4 := d.one(2)
	p := &netstack.Packet{Version: 6}
	if v4 {
		p.Version = 4
	}
	p.Flow = netstack.FlowKey{
		Src: netstack.AddrFrom(d.addr(v4)), Dst: netstack.AddrFrom(d.addr(v4)),
		Proto: d.protocol(), In: pick(d, netstack.Inside, netstack.Outside),
	}
	switch p.Flow.Proto {
	case netstack.ICMP, netstack.ICMPv6:
		p.ICMP = pick(d, netstack.ICMPQuery, netstack.ICMPError)
		p.ICMPType, p.ICMPCode = uint8(d.IntN(3)), uint8(d.IntN(3))
		p.Flow.SrcPort, p.Flow.DstPort = d.port(), uint16(p.ICMPType)
	case netstack.TCP, netstack.UDP:
		p.Flow.SrcPort, p.Flow.DstPort = d.port(), d.port()
	}
	return p
}
