package policy

import (
	"errors"
	"fmt"
	"math"

	"sallyport/netstack"
)

// Compile makes a rule set of s on the box t. It keeps nothing of either. An
// error names every rule at fault; conf finds the same faults earlier, with
// their place in the file.
func Compile(s Spec, t Topology) (*RuleSet, error) {
	b, err := compileBox(t)
	rs := &RuleSet{box: b}
	errs := []error{err}
	for _, r := range s.Rules {
		errs = append(errs, named("rule", r.Name, rs.addRule(r)))
	}
	if len(s.NAT) > math.MaxUint16 {
		return nil, fmt.Errorf("%d translations, and at most %d can be numbered", len(s.NAT), math.MaxUint16)
	}
	conditions := make([]condition, len(s.NAT))
	for i, n := range s.NAT {
		conditions[i], err = rs.addNAT(n, uint16(i+1))
		errs = append(errs, named("nat", n.Name, err))
	}
	rs.egress = compileEgresses(t, s.NAT, conditions)
	rs.synOnly, err = compileServices(s.SYNOnly)
	errs = append(errs, err)
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return rs, nil
}

func named(kind, name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %q: %w", kind, name, err)
}

func (rs *RuleSet) addRule(r Rule) error {
	if r.From&(FromInside|FromOutside) == 0 || r.To&AnyZone == 0 {
		return errors.New("comes from nowhere or goes nowhere")
	}
	if r.Action > netstack.Pass {
		return fmt.Errorf("verdict %d is unknown", r.Action)
	}
	c, err := clause{r.From, r.To, r.Family, r.Source, r.Destination, r.Service}.compile(rs.box.own)
	rs.rules = append(rs.rules, c)
	rs.outcomes = append(rs.outcomes, outcome{r.Action, r.Log, r.Terms})
	rs.names = append(rs.names, r.Name)
	return err
}

func (rs *RuleSet) addNAT(n NAT, number uint16) (condition, error) {
	c, err := clause{n.From, n.To, n.Family, n.Source, n.Destination, n.Service}.compile(rs.box.own)
	rs.natNames = append(rs.natNames, n.Name)
	switch n.Type {
	case DNAT:
		return c, errors.Join(err, rs.addDNAT(n, c, number))
	case Masquerade:
		rs.snat = append(rs.snat, c)
		rs.sources = append(rs.sources, number)
		return c, err
	}
	return c, errors.Join(err, fmt.Errorf("type %d is unknown", n.Type))
}

// addDNAT narrows the condition to the target's IP version: translation does
// not change it.
func (rs *RuleSet) addDNAT(n NAT, c condition, number uint16) error {
	addr := n.Target.Addr()
	if !plain(addr) {
		return fmt.Errorf("target %v is not a plain address", n.Target)
	}
	version := IPv4
	if addr.Is6() {
		version = IPv6
	}
	c.scope = c.scope&^family(AnyFamily) | c.scope&family(version)
	rs.dnat = append(rs.dnat, c)
	rs.targets = append(rs.targets, target{netstack.AddrFrom(addr), n.Target.Port(), number})
	return nil
}
