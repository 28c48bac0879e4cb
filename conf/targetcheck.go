package conf

import (
	"net/netip"
	"slices"

	"sallyport/netstack"
	"sallyport/policy"
)

// checkTarget refuses a target that no matching packet can be sent to.
func (r *natReader) checkTarget(t policy.Target) {
	r.checkTargetFamily(t)
	r.checkTargetPort(t)
	r.checkTargetSide(t.Addr)
}

// checkTargetFamily: translation does not change the family.
func (r *natReader) checkTargetFamily(t policy.Target) {
	target, asked := familyOfAddr(t.Addr), r.asked()
	if !r.failedLists && asked != 0 && asked&target == 0 {
		r.places["translate_to"].fail("never applies: it is %v, but what is asked for is %v", target, asked)
	}
}

// checkTargetPort refuses ports that would be lost on some of the services.
func (r *natReader) checkTargetPort(t policy.Target) {
	at := r.places["translate_to"]
	if t.Ports.First == 0 || r.failedLists {
		return
	}
	if len(r.service) == 0 {
		at.fail("translate_to has a port, so service must say which ports become it")
		return
	}
	first := r.service[0].Destination
	for _, s := range r.service {
		asked := s.Destination
		switch {
		case s.Negate:
			at.fail("translate_to has a port, so service must say which ports become it, and not which do not")
		case !s.Protocol.HasPorts():
			at.fail("translate_to has a port, and %v in service has none", s.Protocol)
		case t.Ports.First == t.Ports.Last && asked.First != asked.Last:
			at.fail("translate_to has one port for a range of ports: leave it out, and each port is kept, or write as many")
		case t.Ports.First == t.Ports.Last:
			continue
		case asked.Last-asked.First != t.Ports.Last-t.Ports.First || asked != first:
			at.fail("translate_to has the ports %d-%d, so service must be one range of as many, the same for each protocol", t.Ports.First, t.Ports.Last)
		default:
			continue
		}
		return
	}
}

// checkTargetSide refuses a target where nothing can be sent to.
func (r *natReader) checkTargetSide(a netip.Addr) {
	at := r.places["translate_to"]
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
