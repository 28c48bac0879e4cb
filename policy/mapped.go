package policy

import "sallyport/netstack"

// MappedEnd is the inside endpoint of a NAT mapping, whose external endpoint a
// packet was sent to.
type MappedEnd struct {
	Addr netstack.Addr
	Port uint16 // of ICMP: the identifier
	Side netstack.Side
	Rule uint16 // the source translation, as in Translation.SrcRule; 0 if this rule set does not have it
}

// EvaluateMapped is Evaluate for a packet that belongs to no session and was sent
// to the external endpoint of a mapping, whose filtering lets it through. The
// rules see the real destination, and may refuse it; if none matches, it passes,
// because whoever asked for that filtering asked for this, and the Decision has
// NoRule. From the mapping's own side it is hairpinned.
// Its Translation has the real destination; DstRule is the rule of the mapping.
func (rs *RuleSet) EvaluateMapped(p *netstack.Packet, inside MappedEnd) Decision {
	if !rs.box.livesOn(inside.Addr, inside.Side) {
		return Decision{Reason: netstack.NoRoute, Rule: DefaultRule, Out: rs.box.sideOf(inside.Addr, inside.Side)}
	}
	var g passage
	g.enter(p, &unopposed)
	g.arrived.goesTo(rs.box.sideOf(g.arrived.dst, g.in))
	g.real.dst, g.out, g.turned = inside.Addr, inside.Side, p.Flow.In == inside.Side
	if g.real.proto.HasPorts() {
		g.real.dstPort = inside.Port
	}
	g.translation = netstack.Translation{Dst: inside.Addr, DstPort: inside.Port, DstRule: inside.Rule}
	return rs.decide(&g)
}
