package policy

import (
	"net/netip"
	"testing"

	"sallyport/netstack"
)

// shape throws a clause of some kind of rule set.
type shape struct {
	name  string
	throw func(d dice, i int) clause
}

// shapes are kinds of rule sets that people have, and such as make an index
// large or a search long.
var shapes = []shape{
	{"a small world", func(d dice, _ int) clause {
		return clause{d.zones(), d.zones(), Family(d.IntN(3)), d.addresses(), d.addresses(), d.services()}
	}},
	{"prefixes of all lengths", func(d dice, _ int) clause {
		return anywhere(d.anyPrefix(), d.anyPrefix(), d.anyPort())
	}},
	{"single hosts", func(d dice, _ int) clause {
		return anywhere(ranges(d.host(), d.host()), ranges(d.host(), d.host()), ports("tcp/443", "udp/53"))
	}},
	{"ranges", func(d dice, _ int) clause {
		return anywhere(d.anyRange(), d.anyRange(), d.anyPort())
	}},
	{"nested prefixes", func(d dice, i int) clause {
		return anywhere(nested("10.255.170.85", 32-i%33), nested("fd00:ffff::5555:aaaa", 128-i%129), nil)
	}},
	{"all but one", func(d dice, i int) clause {
		source, destination := d.anyPrefix(), d.anyPrefix()
		source[0].Negate, destination[0].Negate = true, true
		return anywhere(source, destination, []Service{{Protocol: netstack.TCP, Destination: one(uint16(i))}})
	}},
	{"pairs of ports", func(d dice, i int) clause {
		var list []Service
		for range 3 {
			list = append(list, Service{Protocol: d.protocolWithPorts(), Source: d.ports(), Destination: d.ports()})
		}
		return anywhere(nil, nil, list)
	}},
	{"ports alone", func(d dice, i int) clause {
		return anywhere(nil, nil, []Service{{Protocol: netstack.TCP, Source: one(uint16(d.Uint32())), Destination: one(uint16(i))}})
	}},
	{"one for the last", func(d dice, i int) clause {
		if i < 10000 {
			return anywhere(nil, ranges(netip.IPv6Loopback(), netip.IPv6Loopback()), nil)
		}
		return anywhere(nil, nil, nil)
	}},
	{"nothing at all", func(d dice, i int) clause {
		return anywhere(addresses("10.0.0.0/8", "!10.0.0.0/7"), nil, nil)
	}},
}

func anywhere(source, destination []Address, service []Service) clause {
	return clause{FromInside | FromOutside, AnyZone, AnyFamily, source, destination, service}
}

func ranges(first, last netip.Addr) []Address {
	if last.Less(first) {
		first, last = last, first
	}
	if first.Is4() != last.Is4() {
		last = first
	}
	return []Address{{Range: AddrRange{first, last}}}
}

func nested(a string, bits int) []Address {
	p, _ := netip.MustParseAddr(a).Prefix(bits)
	return ranges(p.Addr(), lastOf(p))
}

func one(port uint16) netstack.PortRange {
	return netstack.PortRange{First: max(port, 1), Last: max(port, 1)}
}

func (d dice) wide() netip.Addr {
	if d.one(2) {
		return netstack.Addr{Lo: 0xffff<<32 | uint64(d.Uint32())}.Netip()
	}
	return netstack.Addr{Hi: d.Uint64(), Lo: d.Uint64()}.Netip()
}

func (d dice) anyPrefix() []Address {
	a := d.wide()
	p, _ := a.Prefix(d.IntN(a.BitLen() + 1))
	return ranges(p.Addr(), lastOf(p))
}

func (d dice) host() netip.Addr {
	if d.one(2) {
		return netstack.Addr{Lo: 0xffff<<32 | 10<<24 | uint64(d.IntN(5000))}.Netip()
	}
	return netstack.Addr{Hi: 0xfd << 56, Lo: d.Uint64N(5000)}.Netip()
}

func (d dice) anyRange() []Address { return ranges(d.wide(), d.wide()) }

func (d dice) protocolWithPorts() netstack.Protocol {
	return pick(d, netstack.TCP, netstack.UDP, netstack.SCTP)
}

func (d dice) anyPort() []Service {
	if d.one(4) {
		return d.services()
	}
	a, b := uint16(d.Uint32()), uint16(d.Uint32())
	return []Service{{Protocol: d.protocolWithPorts(), Destination: netstack.PortRange{First: min(a, b), Last: max(a, b, 1)}}}
}

func (s shape) conditions(t testing.TB, d dice, n int) (list []condition) {
	t.Helper()
	k := clauses{own: union([]addrRange{{addr("10.1.0.1"), addr("10.1.0.1")}, {addr("fd00::1"), addr("fd00::1")}})}
	for i := range n {
		c, err := k.compile(s.throw(d, i))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, c)
	}
	return list
}

// aimed returns a query that is at the edge of some condition's points, if it is
// not just inside or outside.
func (d dice) aimed(list []condition) query {
	p := d.packet()
	q := queryOf(p)
	if !d.one(4) {
		q.scope |= to(1 << d.IntN(int(netstack.Self)+1))
	}
	c := list[d.IntN(len(list))]
	q.src, q.dst = d.near(c.src, q.src), d.near(c.dst, q.dst)
	if len(c.services) > 0 {
		s := c.services[d.IntN(len(c.services))]
		q.proto, q.icmpType, q.icmpCode = s.proto, s.icmpType, uint8(s.icmpCode)
		q.srcPort, q.dstPort = pick(d, s.src.First, s.src.Last)-uint16(d.IntN(3)-1), pick(d, s.dst.First, s.dst.Last)-uint16(d.IntN(3)-1)
	}
	return q
}

func (d dice) near(set addrSet, or netstack.Addr) netstack.Addr {
	if len(set) == 0 || d.one(8) {
		return or
	}
	r := set[d.IntN(len(set))]
	a := pick(d, r.first, r.last)
	switch {
	case d.one(6) && a != everything.first:
		return previous(a)
	case d.one(6) && a != everything.last:
		return next(a)
	}
	return a
}
