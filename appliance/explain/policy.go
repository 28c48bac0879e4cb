package explain

import (
	"strings"

	"sallyport/appliance/control"
	"sallyport/appliance/forward"
	"sallyport/conf"
	"sallyport/netstack"
	"sallyport/policy"
)

var listNames = map[policy.List]string{
	policy.Destinations: "dnat", policy.Turns: "hairpin", policy.Rules: "rules", policy.Sources: "snat",
}

// policy tells each search, and then what was decided.
func (t *teller) policy() {
	for i := range t.Lookups {
		t.lookup(&t.Lookups[i])
	}
	t.turned()
	switch {
	case t.Stage == forward.AtProfile:
		t.refuse("profile", "%s, whatever the rules say", t.refused())
	case t.Stage == forward.AtPolicy && t.outcome.Reason != netstack.Policy:
		t.refuse("rules", "%s", t.refused())
	case t.Again != nil && t.outcome.Verdict == netstack.Pass:
		t.step("rules", "the policy has changed since, and would let the session in again")
	case t.Again != nil:
		t.refuse("rules", "the policy has changed since, and does not let the session in any more: it ends")
	}
}

// lookup tells of one search. One among nothing is not worth a line, nor is a
// packet that does not turn round.
func (t *teller) lookup(l *policy.Lookup) {
	if l.Match < 0 && (len(l.Missed) == 0 && l.List != policy.Rules || l.List == policy.Turns) {
		return
	}
	s := control.Step{Stage: listNames[l.List], Passed: true}
	for _, m := range l.Missed {
		name, said := t.named(l.List, m.Number)
		s.Considered = append(s.Considered, control.Considered{Name: name, Why: whyNot(&l.Packet, m.Miss, said)})
	}
	if l.Match >= 0 {
		name, _ := t.named(l.List, l.Match)
		s.Considered = append(s.Considered, control.Considered{Name: name, Matched: true})
		s.Text = name + " " + t.follows(l)
	} else {
		s.Text = map[bool]string{true: "none matches: dropped by default", false: "none matches"}[l.List == policy.Rules]
	}
	if l.List == policy.Rules {
		s.Passed = l.Match >= 0 && t.Settings.Policy.Rules[l.Match].Action == netstack.Pass
		s.Text += t.unasked(l)
	}
	t.x.Steps = append(t.x.Steps, s)
}

// turned puts right what is said of a packet that turns round: the rules are asked
// twice about it, as what it is and as what its receiver sees, and the first that
// matches either decides.
func (t *teller) turned() {
	var rules []*control.Step
	for i := range t.x.Steps {
		if t.x.Steps[i].Stage == "rules" {
			rules = append(rules, &t.x.Steps[i])
		}
	}
	if len(rules) != 2 {
		return
	}
	rules[0].Text = "as it comes: " + rules[0].Text
	rules[1].Text = "as its receiver sees it: " + rules[1].Text
	for _, s := range rules {
		last := &s.Considered[len(s.Considered)-1]
		s.Text = strings.TrimSuffix(s.Text, ": dropped by default")
		s.Passed = s.Passed || !last.Matched
	}
}

// unasked corrects what "no rule" means where none is needed.
func (t *teller) unasked(l *policy.Lookup) string {
	if l.Match < 0 && t.Mapped != nil && t.Mapped.Admits {
		return "; but the filtering of the mapping has let it in"
	}
	return ""
}

// follows says what follows from a match.
func (t *teller) follows(l *policy.Lookup) string {
	if l.List != policy.Rules {
		return "matches"
	}
	return map[netstack.Verdict]string{
		netstack.Pass: "accepts it", netstack.Drop: "drops it", netstack.Reject: "rejects it",
	}[t.Settings.Policy.Rules[l.Match].Action]
}

// named returns the name of a rule or a translation, and what its file says of
// it.
func (t *teller) named(l policy.List, n int) (string, conf.Said) {
	var said conf.Said
	if l == policy.Rules {
		if n < len(t.Settings.SaidRules) {
			said = t.Settings.SaidRules[n]
		}
		return t.Settings.Policy.Rules[n].Name, said
	}
	if n--; n < len(t.Settings.SaidNAT) {
		said = t.Settings.SaidNAT[n]
	}
	return t.Settings.Policy.NAT[n].Name, said
}
