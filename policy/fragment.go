package policy

import (
	"math/bits"

	"sallyport/netstack"
)

// fewRefusals is how many rules that drop some ports are passed over in search of
// one that drops them all: what a fragment may cost is bounded.
const fewRefusals = 64

// RefusesWhatever reports whether the rules drop every datagram with the
// addresses and the protocol of p, whatever its ports, its ICMP type or its TCP
// flags, and which rule does. It is asked of a fragment that can be of no
// session before it is held: most fragments have no ports, and a flood of them
// should cost no more than its packets.
//
// It answers no if it takes more than that to know: where an address may be
// translated, where the firewall itself is spoken to, and where a rule rejects,
// as whoever is to be told why must have sent a whole header.
func (rs *RuleSet) RefusesWhatever(p *netstack.Packet) (rule uint32, refused bool) {
	q := queryOf(p)
	out := rs.box.sideOf(q.dst, p.Flow.In)
	if out != p.Flow.In.Opposite() || len(rs.synOnly) > 0 || rs.lent.contains(q.dst) {
		return NoRule, false
	}
	q.goesTo(out)
	if rs.dnat.touches(&q) || rs.hairpins.touches(&q) {
		return NoRule, false
	}
	passedOver := 0
	i := rs.rules.firstWhatever(&q, func(i int) bool {
		passedOver++
		return passedOver > fewRefusals || rs.outcomes[i].action != netstack.Drop || rs.rules.conditions[i].services.hasAll(q.proto)
	})
	switch {
	case i == none:
		return DefaultRule, true
	case passedOver > fewRefusals, rs.outcomes[i].action != netstack.Drop:
		return NoRule, false
	}
	return uint32(i), true
}

// touches reports whether a packet with q's addresses and protocol could meet a
// condition.
func (c *classifier) touches(q *query) bool {
	return c.firstWhatever(q, func(int) bool { return true }) != none
}

// firstWhatever returns the first condition that a packet with q's addresses and
// protocol could meet and that counts.
func (c *classifier) firstWhatever(q *query, counts func(i int) bool) int {
	if c.index != nil {
		return c.index.firstWhatever(q, func(i int) bool {
			return c.conditions[i].services.hasSome(q.proto) && counts(i)
		})
	}
	for i := range c.conditions {
		if l := &c.conditions[i]; q.scope&^l.scope == 0 && l.services.hasSome(q.proto) &&
			l.dst.contains(q.dst) && l.src.contains(q.src) && counts(i) {
			return i
		}
	}
	return none
}

// firstWhatever goes through the rows that want q's addresses, in order.
func (x *index) firstWhatever(q *query, counts func(i int) bool) int {
	scopes := x.scopes.at(int(q.scope))
	roots := [lookups][]uint32{scopes, scopes, scopes, x.src.root(q.src), x.dst.root(q.dst)}
	for i := range len(scopes) * pageSlots {
		l := x.forest.shared(&roots, i)
		for w := range l {
			for ; l[w] != 0; l[w] &= l[w] - 1 {
				if c := int(x.condition[i*leafRows+w*64+bits.TrailingZeros64(l[w])]); counts(c) {
					return c
				}
			}
		}
	}
	return none
}

// hasSome reports whether l may have some packet of the protocol.
func (l services) hasSome(p netstack.Protocol) bool {
	for i := range l {
		if !l[i].negate && l[i].has(p) {
			return true
		}
	}
	return !l.positive()
}

// has reports whether s is of the protocol.
func (s *service) has(p netstack.Protocol) bool { return s.any || s.proto == p }

// hasAll reports whether l has every packet of the protocol, as far as one entry
// says so.
func (l services) hasAll(p netstack.Protocol) bool {
	for i := range l {
		switch s := &l[i]; {
		case s.negate && s.has(p):
			return false
		case s.negate:
		case s.any || s.proto == p && !s.icmp && (!s.portsMatch || s.src == allPorts && s.dst == allPorts):
			return true
		}
	}
	return !l.positive()
}
