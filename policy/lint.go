package policy

import (
	"errors"
	"slices"

	"sallyport/netstack"
)

// Lint looks for what a Spec says in vain, or without meaning it. Of t it takes
// the networks alone; what is not known, such as the box's own addresses, may be
// anything, so that what is found holds wherever the Spec is used. A rule for
// which it would take long to find out is passed over.
func Lint(s Spec, t Topology) ([]Finding, error) {
	m, err := newTerrain(t, s.NAT)
	if err != nil {
		return nil, err
	}
	rules, err := m.regions(s.Rules)
	if err != nil {
		return nil, err
	}
	var accepted region
	for i, r := range s.Rules {
		if r.Action == netstack.Pass {
			accepted = append(accepted, rules[i]...)
		}
	}
	found := m.lintRules(s, ranked(s.Rules, rules))
	nat, err := m.lintNAT(s, accepted)
	return append(found, nat...), err
}

func (m *terrain) regions(rules []Rule) (list []region, err error) {
	for _, r := range rules {
		is, regionErr := m.region(clause{r.From, r.To, r.Family, r.Source, r.Destination, r.Service}, m.ways)
		list, err = append(list, is), errors.Join(err, regionErr)
	}
	return list, err
}

// lintRules goes from the last rule to the first when it looks for redundant
// ones, so that who does the same in place of one stays. Who may decide about
// hairpinned packets is not one: they are asked two ways, and the first has it.
func (m *terrain) lintRules(s Spec, k *ranking) (found []Finding) {
	rules, hairpinned := s.Rules, m.hairpinned(s.NAT)
	goes := make([]bool, len(rules))
	for i, r := range rules {
		f, dead := k.dead(i)
		if goes[i] = dead; dead {
			found = append(found, f)
		} else {
			found = append(found, careless(r, i)...)
		}
	}
	effects := effectsOf(rules)
	for i := range slices.Backward(rules) {
		if goes[i] || k.regions[i].meetsAny(hairpinned) {
			continue
		}
		if heirs := k.heirs(i, goes, effects); len(heirs) > 0 {
			goes[i] = true
			found = append(found, Finding{Fault: Redundant, Number: i, By: heirs})
		}
	}
	slices.SortStableFunc(found, func(a, b Finding) int { return a.Number - b.Number })
	return found
}

// dead returns why i gets nothing, if it does not.
func (k *ranking) dead(i int) (Finding, bool) {
	if len(k.regions[i]) == 0 {
		return Finding{Fault: NeverMatches, Number: i}, true
	}
	by := k.shadows(i)
	return Finding{Fault: Shadowed, Number: i, By: by}, len(by) > 0
}
