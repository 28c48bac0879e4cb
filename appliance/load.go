package appliance

import (
	"fmt"
	"net/netip"
	"slices"
	"sync"

	"sallyport/appliance/forward"
	"sallyport/appliance/plumbing"
	"sallyport/netstack"
	"sallyport/policy"
)

// generation numbers the policy; sessions keep the one they were opened under.
const generation = 1

// loadPolicy compiles the rules for the box as it is now and puts them in
// force. The same rules keep their generation: only addresses have changed.
func (a *Appliance) loadPolicy() error {
	topology, err := a.topology()
	if err != nil {
		return err
	}
	rules, err := policy.Compile(a.settings.Policy, topology)
	if err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	ephemeral, err := plumbing.Ephemeral()
	if err != nil {
		return err
	}
	p := forward.NewPolicy(rules, generation)
	if err := a.terms(p); err != nil {
		return err
	}
	for side := range netstack.Side(netstack.Sides) {
		p.MTU[side] = a.mtu(side)
		p.Own4[side] = firstOf(topology.Sides[side].Own, netip.Addr.Is4)
		p.Own6[side] = firstOf(topology.Sides[side].Own, netip.Addr.Is6)
		p.Clients[side] = clientPorts(a.spec, side, ephemeral)
	}
	a.mu.Lock()
	a.box = topology
	a.mu.Unlock()
	a.rules.put(generation, rules)
	a.engine.Swap(p)
	return nil
}

// mtu is that of the interface packets leave by; of the device if it is bare.
func (a *Appliance) mtu(side netstack.Side) int {
	if mtu := a.plumbing.Links()[side].MTU; mtu > 0 {
		return mtu
	}
	return a.devices[side].MTU()
}

func firstOf(list []netip.Addr, is func(netip.Addr) bool) netstack.Addr {
	if i := slices.IndexFunc(list, is); i >= 0 {
		return netstack.AddrFrom(list[i])
	}
	return netstack.Addr{}
}

// topology is the box as the policy has to know it.
func (a *Appliance) topology() (t policy.Topology, err error) {
	reserved, err := reservedPorts(a.spec)
	if err != nil {
		return t, err
	}
	links := a.plumbing.Links()
	for side := range t.Sides {
		s := policy.SideTopology{
			Own: addresses(links[side].Addresses), Networks: a.settings.Sides[side].Networks,
			Reserved: reserved, IPv4: a.spec.Sides[side].IPv4, IPv6: a.spec.Sides[side].IPv6,
		}
		if len(s.Networks) == 0 {
			s.Networks = links[side].Networks
		}
		t.Sides[side] = s
	}
	return t, nil
}

// reservedPorts are the ports of own addresses that the kernel keeps for the
// box: the range that its own connections come from, and its services.
func reservedPorts(spec plumbing.Spec) ([]netstack.PortRange, error) {
	ephemeral, err := plumbing.Ephemeral()
	if err != nil {
		return nil, err
	}
	reserved := []netstack.PortRange{ephemeral}
	for _, s := range spec.Self {
		if s.Accept && s.Ports != allPorts {
			reserved = append(reserved, s.Ports)
		}
	}
	return reserved, nil
}

func addresses(prefixes []netip.Prefix) []netip.Addr {
	out := make([]netip.Addr, len(prefixes))
	for i, p := range prefixes {
		out[i] = p.Addr()
	}
	return out
}

// ruleNames finds a rule's name by its generation and number.
type ruleNames struct {
	mu  sync.Mutex
	set map[uint32]*policy.RuleSet
}

func (n *ruleNames) put(generation uint32, rules *policy.RuleSet) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.set == nil {
		n.set = map[uint32]*policy.RuleSet{}
	}
	n.set[generation] = rules
}

func (n *ruleNames) get(generation uint32) *policy.RuleSet {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.set[generation]
}

// natName returns the name of a translation rule of some generation, "" if it
// is no more.
func (a *Appliance) natName(generation uint32, rule uint16) string {
	if rules := a.rules.get(generation); rules != nil {
		return rules.NATName(rule)
	}
	return ""
}

// ruleName returns the name of a rule of some generation, "" if it is no more.
func (a *Appliance) ruleName(generation, rule uint32) string {
	if rules := a.rules.get(generation); rules != nil {
		return rules.Rule(rule)
	}
	return ""
}
