package policy

import (
	"errors"
	"fmt"
	"math"

	"sallyport/netstack"
)

// draft is a rule set that is being compiled.
type draft struct {
	*RuleSet
	clauses                   clauses
	rules, dnat, turned, snat []condition
}

// Compile makes a rule set of s on the box t. It keeps nothing of either. An
// error names every rule at fault; conf finds the same faults earlier, with
// their place in the file.
//
// What it takes to find rules fast is bounded: 64 KiB, and 320 bytes for each
// range of addresses or ports that a rule names, less where rules name the same
// lists.
func Compile(s Spec, t Topology) (*RuleSet, error) {
	b, err := compileBox(t)
	d := draft{RuleSet: &RuleSet{box: b}, clauses: clauses{own: b.own}}
	errs := []error{err}
	for _, r := range s.Rules {
		errs = append(errs, named("rule", r.Name, d.addRule(r)))
	}
	if len(s.NAT) > math.MaxUint16 {
		return nil, fmt.Errorf("%d translations, and at most %d can be numbered", len(s.NAT), math.MaxUint16)
	}
	conditions := make([]condition, len(s.NAT))
	for i, n := range s.NAT {
		conditions[i], err = d.addNAT(n, uint16(i+1))
		errs = append(errs, named("nat", n.Name, err))
	}
	d.egress = compileEgresses(t, s.NAT, conditions)
	d.synOnly, err = compileServices(s.SYNOnly)
	errs = append(errs, err)
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return d.finish(), nil
}

func (d *draft) finish() *RuleSet {
	rs := d.RuleSet
	rs.rules, rs.dnat, rs.snat = newClassifier(d.rules), newClassifier(d.dnat), newClassifier(d.snat)
	rs.hairpins.classifier = newClassifier(d.turned)
	return rs
}

func named(kind, name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %q: %w", kind, name, err)
}

func (d *draft) addRule(r Rule) error {
	if r.From&(FromInside|FromOutside) == 0 || r.To&AnyZone == 0 {
		return errors.New("comes from nowhere or goes nowhere")
	}
	if r.Action > netstack.Pass {
		return fmt.Errorf("verdict %d is unknown", r.Action)
	}
	c, err := d.clauses.compile(clause{r.From, r.To, r.Family, r.Source, r.Destination, r.Service})
	if r.Off {
		c.scope = 0 // that no packet has
	}
	d.rules = append(d.rules, c)
	d.outcomes = append(d.outcomes, outcome{r.Action, r.Log, r.Terms, r.Limit})
	d.names = append(d.names, r.Name)
	return err
}

func (d *draft) addNAT(n NAT, number uint16) (condition, error) {
	c, err := d.clauses.compile(clause{n.From, n.To, n.Family, n.Source, n.Destination, n.Service})
	d.natNames = append(d.natNames, n.Name)
	switch n.Type {
	case DNAT:
		return c, errors.Join(err, d.addDNAT(n, c, number))
	case Masquerade:
		d.snat = append(d.snat, c)
		d.sources = append(d.sources, number)
		return c, err
	}
	return c, errors.Join(err, fmt.Errorf("type %d is unknown", n.Type))
}

// addDNAT narrows the condition to the target's IP version: translation does
// not change it.
func (d *draft) addDNAT(n NAT, c condition, number uint16) error {
	addr := n.Target.Addr()
	if !plain(addr) {
		return fmt.Errorf("target %v is not a plain address", n.Target)
	}
	version := IPv4
	if addr.Is6() {
		version = IPv6
	}
	c.scope = c.scope&^family(AnyFamily) | c.scope&family(version)
	d.dnat = append(d.dnat, c)
	d.targets = append(d.targets, target{addr: netstack.AddrFrom(addr), port: n.Target.Port(), number: number})
	d.addHairpin(n, c)
	return nil
}
