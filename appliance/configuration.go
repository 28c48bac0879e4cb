package appliance

import (
	"fmt"
	"net/netip"
	"reflect"

	"sallyport/appliance/control"
	"sallyport/appliance/forward"
	"sallyport/appliance/plumbing"
	"sallyport/conf"
	"sallyport/netstack"
	"sallyport/policy"
)

// configuration is settings and what they come to on this machine. It is not
// changed: who wants another makes one, and puts that in force.
type configuration struct {
	settings *conf.Settings
	spec     plumbing.Spec
	box      policy.Topology // that the policy was compiled for
	policy   *forward.Policy // nil before the first
}

func (c *configuration) status() control.PolicyStatus {
	s := control.PolicyStatus{File: c.settings.File, Rules: len(c.settings.Policy.Rules)}
	if c.policy != nil {
		s.Generation = c.policy.Generation
	}
	return s
}

// build makes a configuration for the machine as it is now. It changes nothing
// that a packet could meet.
func (a *Appliance) build(s *conf.Settings, spec plumbing.Spec) (*configuration, error) {
	c := &configuration{settings: s, spec: spec}
	var err error
	if c.box, err = a.topology(s, spec); err != nil {
		return nil, err
	}
	rules, err := policy.Compile(s.Policy, c.box)
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	if err := examine(s, rules); err != nil {
		return nil, err
	}
	ephemeral, err := plumbing.Ephemeral()
	if err != nil {
		return nil, err
	}
	p := forward.NewPolicy(rules, a.nextGeneration(c))
	for side := range netstack.Side(netstack.Sides) {
		p.MTU[side] = a.mtu(side)
		p.Own4[side] = firstOf(c.box.Sides[side].Own, netip.Addr.Is4)
		p.Own6[side] = firstOf(c.box.Sides[side].Own, netip.Addr.Is6)
		p.Clients[side] = clientPorts(spec, side, ephemeral)
	}
	c.policy = p
	return c, a.terms(p, &s.State)
}

// nextGeneration numbers the policy of c: sessions keep the number that they
// were let in under. The same rules on the same addresses are the same policy.
func (a *Appliance) nextGeneration(c *configuration) uint32 {
	was := a.inForce.Load()
	if was.policy != nil && was.settings == c.settings && reflect.DeepEqual(was.box, c.box) {
		return was.policy.Generation
	}
	return a.generation + 1
}

// force puts c in force: for a packet there is the configuration before or this
// one, and nothing between.
func (a *Appliance) force(c *configuration) {
	a.generation = c.policy.Generation
	a.rules.put(c.policy.Generation, c.policy.Rules)
	a.engine.Swap(c.policy)
	a.inForce.Store(c)
}

// examine says why a policy is not to be put in force although it can be: none
// is yet.
func examine(*conf.Settings, *policy.RuleSet) error { return nil }
