package appliance

import (
	"reflect"
	"slices"
	"sync"
	"time"

	"sallyport/appliance/control"
	"sallyport/appliance/enforce"
	"sallyport/appliance/explain"
	"sallyport/appliance/forward"
	"sallyport/appliance/plumbing"
	"sallyport/conf"
	"sallyport/netstack"
	"sallyport/policy"
)

// configuration is settings and what they come to on this machine. It is not
// changed: who wants another makes one, and puts that in force.
type configuration struct {
	read     *conf.Settings // as they were read
	settings *conf.Settings // as they hold since some time until another
	since    time.Time
	until    time.Time // zero: for ever
	spec     plumbing.Spec
	box      enforce.Box     // that the policy was compiled for
	policy   *forward.Policy // nil before the first
	numbers  func() numbers  // of its rules and translations
	notes    func() map[int]note
}

// derive says how to find what is asked for seldom.
func (c *configuration) derive() {
	spec, box := &c.settings.Policy, c.box.Topology
	c.numbers = sync.OnceValue(func() numbers { return numbersOf(spec) })
	c.notes = sync.OnceValue(func() map[int]note { return notesOf(spec, box) })
}

func (c *configuration) status() control.PolicyStatus {
	s := control.PolicyStatus{File: c.settings.File, Rules: len(c.settings.Policy.Rules)}
	if c.policy != nil {
		s.Generation = c.policy.Generation
	}
	return s
}

// build completes a configuration for the machine as it is now; before is one that
// may have the same rules. It changes nothing that a packet could meet.
func (a *Appliance) build(holding configuration, spec plumbing.Spec, before *configuration) (*configuration, error) {
	c, s := &holding, holding.settings
	c.spec = spec
	var err error
	if c.box.Topology, err = a.topology(s, spec); err != nil {
		return nil, err
	}
	rules, err := c.rules(before)
	if err != nil {
		return nil, err
	}
	ephemeral, err := plumbing.Ephemeral()
	if err != nil {
		return nil, err
	}
	for side := range netstack.Side(netstack.Sides) {
		c.box.MTU[side], c.box.Clients[side] = a.mtu(side), clientPorts(spec, side, ephemeral)
	}
	c.policy, err = enforce.Policy(s, rules, &c.box, a.table, a.nextGeneration(c))
	if err != nil {
		return nil, err
	}
	c.policy.Rematch = rematches[s.State.Rematch]
	c.derive()
	return c, nil
}

// rules compiles the rules, unless they are those of before: that is a third of a
// large reload.
func (c *configuration) rules(before *configuration) (*policy.RuleSet, error) {
	if c.sameRules(before) {
		return before.policy.Rules, nil
	}
	return enforce.Rules(c.settings, &c.box)
}

// sameRules reports whether c has the rules of before, on the same addresses.
func (c *configuration) sameRules(before *configuration) bool {
	return before.policy != nil && before.settings == c.settings && reflect.DeepEqual(before.box.Topology, c.box.Topology)
}

// nextGeneration numbers the policy of c: sessions keep the number that they
// were let in under. The same rules on the same addresses are the same policy.
func (a *Appliance) nextGeneration(c *configuration) uint32 {
	was := a.inForce.Load()
	if c.sameRules(was) {
		return was.policy.Generation
	}
	return a.generation + 1
}

// force puts c in force: for a packet there is the configuration before or this
// one, and nothing between.
func (a *Appliance) force(c *configuration) {
	a.generation = c.policy.Generation
	a.rules.put(c.policy.Generation, c.policy.Rules.Labels())
	a.engine.Swap(c.policy)
	a.table.SetGuard(c.settings.State.SYNGuard)
	a.inForce.Store(c)
	select {
	case a.changed <- struct{}{}:
	default: // a walk is to come already
	}
}

// examine says why a configuration is not to be put in force although it can be:
// it does not do what its tests want. The box has its gateway addresses by then.
func examine(c *configuration) error {
	box, compiled := c.box, c.policy.Rules
	for side := range box.Sides {
		own := &box.Sides[side].Own
		for _, g := range c.settings.Sides[side].Gateway {
			if !slices.Contains(*own, g.Addr()) {
				*own, compiled = append(slices.Clip(*own), g.Addr()), nil
			}
		}
	}
	faults, err := explain.Test(c.settings, &box, explain.Assumptions{}, compiled)
	if err == nil && len(faults) > 0 {
		return faults
	}
	return err
}
