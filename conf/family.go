package conf

import (
	"sallyport/netstack"
	"sallyport/policy"
)

// families is a set of IP versions.
type families uint8

const (
	ipv4 families = 1 << iota
	ipv6
	bothFamilies = ipv4 | ipv6
)

func (f families) String() string {
	return [...]string{"neither family", "IPv4", "IPv6", "both families"}[f]
}

// checkFamilies notes a clause that no packet can meet because its conditions
// speak of different IP versions. The later of two such conditions is told.
func (c *clause) checkFamilies() {
	if c.failedLists {
		return
	}
	left, because := bothFamilies, ""
	for _, condition := range []struct {
		key string
		of  families
	}{
		{"family", familyOf(c.family)},
		{"source", familiesOfAddresses(c.source)},
		{"destination", familiesOfAddresses(c.destination)},
		{"service", familiesOfServices(c.service)},
	} {
		if left&condition.of == 0 {
			c.places[condition.key].fail("never matches: %s is %v, but %s is %v", condition.key, condition.of, because, left)
			return
		}
		if left&condition.of != left {
			left, because = left&condition.of, condition.key
		}
	}
}

func familyOf(f policy.Family) families {
	switch f {
	case policy.IPv4:
		return ipv4
	case policy.IPv6:
		return ipv6
	}
	return bothFamilies
}

// familiesOfAddresses looks at positive entries only: negated ones take away
// from everything, and rarely all of a family.
func familiesOfAddresses(list []policy.Address) (f families) {
	for _, a := range list {
		switch {
		case a.Negate:
		case a.Self:
			f |= bothFamilies
		case a.Range.First.Is4():
			f |= ipv4
		default:
			f |= ipv6
		}
	}
	if f == 0 {
		return bothFamilies
	}
	return f
}

func familiesOfServices(list []policy.Service) (f families) {
	for _, s := range list {
		if s.Negate {
			continue // it takes away, and rarely all of a family
		}
		switch s.Protocol {
		case netstack.ICMP, netstack.IGMP:
			f |= ipv4
		case netstack.ICMPv6:
			f |= ipv6
		default:
			f |= bothFamilies
		}
	}
	if f == 0 {
		return bothFamilies
	}
	return f
}
