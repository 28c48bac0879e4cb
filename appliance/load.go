package appliance

import (
	"net/netip"

	"sallyport/appliance/plumbing"
	"sallyport/conf"
	"sallyport/netstack"
	"sallyport/policy"
)

// loadPolicy puts the first policy in force. If its own tests fail, it is told
// and no more: after a machine has started, an address may be missing for a
// while, and a firewall that did not start would be worse.
func (a *Appliance) loadPolicy() error {
	a.changing.Lock()
	defer a.changing.Unlock()
	c := a.inForce.Load()
	c, err := a.build(*c, c.spec, c)
	if err != nil {
		return err
	}
	if err := examine(c); err != nil {
		a.log.Warn().Msg(err.Error())
	}
	a.force(c)
	return nil
}

// mtu is that of the interface packets leave by; of the device if it is bare.
func (a *Appliance) mtu(side netstack.Side) int {
	if mtu := a.plumbing.Links()[side].MTU; mtu > 0 {
		return mtu
	}
	return a.devices[side].MTU()
}

// topology is the box as the policy has to know it.
func (a *Appliance) topology(c *conf.Settings, spec plumbing.Spec) (t policy.Topology, err error) {
	reserved, err := reservedPorts(spec)
	if err != nil {
		return t, err
	}
	links := a.plumbing.Links()
	for side := range t.Sides {
		s := policy.SideTopology{
			Own: addresses(links[side].Addresses), Networks: c.Sides[side].Networks,
			Reserved: reserved, IPv4: spec.Sides[side].IPv4, IPv6: spec.Sides[side].IPv6,
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
		// What a rule without ports comes to reserves nothing, or no port were left.
		if all := s.Ports.First <= ephemeral.First && s.Ports.Last == allPorts.Last; s.Accept && !all {
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
