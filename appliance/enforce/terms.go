package enforce

import (
	"sallyport/appliance/forward"
	"sallyport/conf"
	"sallyport/netstack"
	"sallyport/state"
)

// Terms tells the table what rules may make their sessions live by, and p how to
// name that.
func Terms(p *forward.Policy, s *conf.State, table *state.Table) error {
	var services []forward.ServiceTerms
	for _, t := range s.Services {
		services = append(services, forward.ServiceTerms{Protocol: t.Service.Protocol, Ports: t.Service.Destination})
	}
	var all []forward.Terms
	for i, c := range s.Terms {
		t := forward.Terms{Profile: c.Profile}
		var err error
		if t.ID, err = table.Intern(c.Terms); err != nil {
			return err
		}
		for _, service := range s.Services {
			id, err := table.Intern(idleTerms(c, service, i > 0))
			if err != nil {
				return err
			}
			t.Services = append(t.Services, id)
		}
		all = append(all, t)
	}
	p.SetTerms(all, services)
	return nil
}

// idleTerms is c with the service's time where its sessions are idle. What a
// rule has said stays.
func idleTerms(c conf.Terms, s conf.ServiceTimeout, ofRule bool) state.Terms {
	for _, timer := range IdleTimers(s.Service.Protocol) {
		if !ofRule || !c.Said[timer] {
			c.Timeouts[timer] = s.Idle
		}
	}
	return c.Terms
}

// IdleTimers are those that run while a conversation is neither begun nor
// ended.
func IdleTimers(proto netstack.Protocol) []state.Timer {
	switch proto {
	case netstack.TCP:
		return []state.Timer{state.TCPEstablished}
	case netstack.SCTP:
		return []state.Timer{state.SCTPEstablished}
	case netstack.UDP, netstack.UDPLite:
		return []state.Timer{state.UDPSingle, state.UDPMultiple}
	case netstack.ICMP, netstack.ICMPv6:
		return []state.Timer{state.ICMPQuery}
	}
	return []state.Timer{state.GenericSingle, state.GenericMultiple}
}
