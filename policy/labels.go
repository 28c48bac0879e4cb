package policy

import "sallyport/netstack"

// Labels are the names of a rule set's rules and translations by their numbers.
type Labels struct{ rules, nat []string }

// Rule is RuleSet.Rule.
func (l Labels) Rule(n uint32) string {
	switch {
	case n == DefaultRule:
		return "default"
	case int64(n) >= int64(len(l.rules)):
		return ""
	}
	return l.rules[n]
}

// LetsIn reports whether rule n is one of this rule set, and accepts something
// now.
func (rs *RuleSet) LetsIn(n uint32) bool {
	return int64(n) < int64(len(rs.outcomes)) && rs.outcomes[n].action == netstack.Pass && rs.rules.conditions[n].scope != 0
}

// NAT is RuleSet.NATName.
func (l Labels) NAT(n uint16) string {
	if n == 0 || int(n) > len(l.nat) {
		return ""
	}
	return l.nat[n-1]
}
