package policy

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

// NAT is RuleSet.NATName.
func (l Labels) NAT(n uint16) string {
	if n == 0 || int(n) > len(l.nat) {
		return ""
	}
	return l.nat[n-1]
}
