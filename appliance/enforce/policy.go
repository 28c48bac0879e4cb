package enforce

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"sallyport/appliance/forward"
	"sallyport/conf"
	"sallyport/netstack"
	"sallyport/policy"
	"sallyport/state"
)

// Box is what must be known of the machine beside the settings.
type Box struct {
	policy.Topology
	MTU [netstack.Sides]int // of the egress interfaces, in bytes
	// Clients are the ports of own addresses that belong to the box's own clients,
	// by the side that what is for them arrives on.
	Clients [netstack.Sides][]netstack.PortRange
}

// Rules compiles the settings' rules for the box.
func Rules(s *conf.Settings, box *Box) (*policy.RuleSet, error) {
	rules, err := policy.Compile(s.Policy, box.Topology)
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	return rules, nil
}

// Policy is what an engine with this table enforces of the settings, whose rules
// were compiled for the box. It tells the table what they make sessions live by.
func Policy(s *conf.Settings, rules *policy.RuleSet, box *Box, table *state.Table, generation uint32) (*forward.Policy, error) {
	p := forward.NewPolicy(rules, generation)
	p.MTU, p.Clients = box.MTU, box.Clients
	for side := range netstack.Side(netstack.Sides) {
		p.Own4[side] = netstack.AddrFrom(box.Own(side, true))
		p.Own6[side] = netstack.AddrFrom(box.Own(side, false))
	}
	return p, Tell(p, s, table)
}

// Tell tells a table what the rules of p, which was made of the settings, make
// sessions live by, and p how the table names that. It must come before packets.
func Tell(p *forward.Policy, s *conf.Settings, table *state.Table) error {
	return errors.Join(Terms(p, &s.State, table), limits(p, s, table))
}

// Own returns the box's first address of an IP version on a side; the zero Addr
// if it has none.
func (b *Box) Own(side netstack.Side, v4 bool) netip.Addr {
	own := b.Sides[side].Own
	if i := slices.IndexFunc(own, func(a netip.Addr) bool { return a.Is4() == v4 }); i >= 0 {
		return own[i]
	}
	return netip.Addr{}
}
