package policy

import (
	"slices"

	"sallyport/netstack"
)

// part is the services of a list that want the same source ports. So what a
// packet is for and where it is from can be looked up apart: a list is met if
// both of one of its parts are.
type part struct{ what, srcPort addrSet }

// servicePoint is what q is for as a number: protocol, and destination port or
// ICMP type and code.
func (q *query) servicePoint() uint32 {
	point := uint32(q.proto) << 16
	switch {
	case q.proto.HasPorts():
		return point | uint32(q.dstPort)
	case q.proto == netstack.ICMP || q.proto == netstack.ICMPv6:
		return point | uint32(q.icmpType)<<8 | uint32(q.icmpCode)
	}
	return point
}

// points returns the numbers that the service means.
func (s *service) points() addrRange {
	proto := uint64(s.proto) << 16
	switch {
	case s.any:
		return numbers(0, 1<<24-1)
	case s.icmp && s.icmpCode < 0:
		return numbers(proto|uint64(s.icmpType)<<8, proto|uint64(s.icmpType)<<8|0xff)
	case s.icmp:
		point := proto | uint64(s.icmpType)<<8 | uint64(s.icmpCode)
		return numbers(point, point)
	}
	return numbers(proto|uint64(s.dst.First), proto|uint64(s.dst.Last))
}

func numbers(first, last uint64) addrRange {
	return addrRange{netstack.Addr{Lo: first}, netstack.Addr{Lo: last}}
}

// parts returns what the list wants; one without a positive entry wants
// everything that it does not negate.
func (l services) parts() (parts []part) {
	negated, positive := l, services{{any: true, src: allPorts}}
	if l.positive() {
		i := slices.IndexFunc(l, func(s service) bool { return !s.negate })
		negated, positive = l[:i], l[i:]
	}
	parts = positive.wanted()
	for _, taken := range negated.wanted() {
		parts = lessPart(parts, taken)
	}
	return parts
}

// wanted returns what the entries name, negated or not.
func (l services) wanted() (parts []part) {
	what := map[netstack.PortRange][]addrRange{}
	var order []netstack.PortRange
	for i := range l {
		src := l[i].src
		if what[src] == nil {
			order = append(order, src)
		}
		what[src] = append(what[src], l[i].points())
	}
	for _, src := range order {
		parts = append(parts, part{union(what[src]), addrSet{numbers(uint64(src.First), uint64(src.Last))}})
	}
	return parts
}

// lessPart takes what is taken, from those source ports, away from parts.
func lessPart(parts []part, taken part) (rest []part) {
	for _, p := range parts {
		other := part{p.what.minus(taken.what), p.srcPort}
		elsewhere := part{p.what.and(taken.what), p.srcPort.minus(taken.srcPort)}
		for _, p := range []part{other, elsewhere} {
			if len(p.what) > 0 && len(p.srcPort) > 0 {
				rest = append(rest, p)
			}
		}
	}
	return rest
}

// partition remembers the parts of lists by where they lie: equal lists share
// theirs.
type partition map[*service][]part

func (m partition) of(l services) []part {
	var at *service
	if len(l) > 0 {
		at = &l[0]
	}
	parts, known := m[at]
	if !known {
		parts = l.parts()
		m[at] = parts
	}
	return parts
}
