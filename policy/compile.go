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
	b, err := compileBox(t, s.NAT)
	d := draft{RuleSet: &RuleSet{box: b}, clauses: clauses{own: b.own}}
	errs := []error{err}
	d.expect(len(s.Rules))
	for _, r := range s.Rules {
		errs = append(errs, named("rule", r.Name, d.addRule(r)))
	}
	if len(s.NAT) > math.MaxUint16 {
		return nil, fmt.Errorf("%d translations, and at most %d can be numbered", len(s.NAT), math.MaxUint16)
	}
	for i, n := range s.NAT {
		errs = append(errs, named("nat", n.Name, d.addNAT(n, uint16(i+1))))
	}
	d.addEgresses(t, s.NAT)
	d.synOnly, err = compileServices(s.SYNOnly)
	errs = append(errs, err)
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return d.finish(), nil
}

// expect makes room for so many rules.
func (d *draft) expect(rules int) {
	d.rules, d.outcomes, d.names = make([]condition, 0, rules), make([]outcome, 0, rules), make([]string, 0, rules)
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
