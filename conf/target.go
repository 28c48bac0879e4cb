package conf

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"sallyport/netstack"
	"sallyport/policy"
)

// parseTarget reads translate_to.
func parseTarget(s string) (netip.AddrPort, error) {
	address, port := s, uint16(0)
	if host, text, found := cutPort(s); found {
		var err error
		if port, err = parsePort(text); err != nil {
			return netip.AddrPort{}, err
		}
		address = host
	}
	a, err := parseAddr(address)
	if err == nil && !a.IsGlobalUnicast() {
		err = fmt.Errorf("%q is not an address that a host can be reached at", address)
	}
	return netip.AddrPortFrom(a, port), err
}

// cutPort cuts "host:port" and "[host]:port"; an IPv6 address without brackets
// has no port.
func cutPort(s string) (host, port string, found bool) {
	i := strings.LastIndexByte(s, ':')
	switch {
	case strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]"):
		return s[1 : len(s)-1], "", false
	case i > 1 && s[0] == '[' && s[i-1] == ']':
		return s[1 : i-1], s[i+1:], true
	case i >= 0 && strings.IndexByte(s, ':') == i:
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// checkTargetFamily refuses a target that no matching packet can be sent to:
// translation does not change the family.
func (r *natReader) checkTargetFamily() {
	target := ipv6
	if r.target.Addr().Is4() {
		target = ipv4
	}
	asked := familyOf(r.family) & familiesOfAddresses(r.source) & familiesOfAddresses(r.destination) & familiesOfServices(r.service)
	if !r.failedLists && asked != 0 && asked&target == 0 {
		r.places["translate_to"].fail("never applies: it is %v, but what is asked for is %v", target, asked)
	}
}

// checkTargetPort refuses a port that would be lost on some of the services.
func (r *natReader) checkTargetPort() {
	at := r.places["translate_to"]
	if r.target.Port() == 0 || r.failedLists {
		return
	}
	if len(r.service) == 0 {
		at.fail("translate_to has a port, so service must say which ports become it")
		return
	}
	for _, s := range r.service {
		switch {
		case s.Negate:
			at.fail("translate_to has a port, so service must say which ports become it, not which do not")
			return
		case !s.Protocol.HasPorts():
			at.fail("translate_to has a port, and %v in service has none", s.Protocol)
			return
		case s.Destination.First != s.Destination.Last:
			at.fail("translate_to has one port for a range of ports: leave it out, and each port is kept")
			return
		}
	}
}

// checkTargetSide refuses a target where nothing can be sent to.
func (r *natReader) checkTargetSide() {
	at, a := r.places["translate_to"], r.target.Addr()
	for _, side := range r.sides {
		for _, g := range side.Gateway {
			if g.Addr() == a {
				at.fail("%v is the box's own address; a dnat goes to another host", a)
				return
			}
		}
	}
	networks := r.sides[netstack.Inside].Networks
	isInside := slices.ContainsFunc(networks, func(p netip.Prefix) bool { return p.Contains(a) })
	if r.from == policy.FromOutside && len(networks) > 0 && !isInside {
		at.fail("%v is in none of the networks inside, and nothing passes from outside to outside", a)
	}
}
