package appliance

import (
	"sallyport/appliance/control"
	"sallyport/appliance/forward"
	"sallyport/netstack"
	"sallyport/policy"
	"sallyport/state"
)

// Rules implements control.Backend.
func (a *Appliance) Rules() []control.Rule {
	c := a.inForce.Load()
	if c.policy == nil {
		return nil
	}
	live, notes := a.live(), c.notes()
	var out []control.Rule
	for i, r := range c.settings.Policy.Rules {
		rule := control.Rule{Number: uint32(i + 1), Name: r.Name, Action: action(r.Action), Off: r.Off, Live: live[r.Name],
			Limit: a.ruleLimit(c.policy.LimitOf(r.Limit))}
		rule.Note, rule.By = notes[i].what, notes[i].by
		out = append(out, a.rule(rule, c.policy.Hit(uint32(i))))
	}
	def := control.Rule{Name: "default", Action: "drop", Live: live["default"]}
	return shares(append(out, a.rule(def, c.policy.Hit(policy.DefaultRule))))
}

func (a *Appliance) rule(r control.Rule, h forward.Hit) control.Rule {
	r.Hits, r.Sessions, r.Packets, r.Bytes = h.Hits, h.Sessions, h.Packets, h.Bytes
	if h.Hits > 0 {
		r.FirstHit, r.LastHit = a.wall(h.First), a.wall(h.Last)
	}
	return r
}

// shares says what part of all bytes each rule has decided about.
func shares(rules []control.Rule) []control.Rule {
	total := uint64(0)
	for i := range rules {
		total += rules[i].Bytes
	}
	for i := range rules {
		if total > 0 {
			rules[i].Share = float64(rules[i].Bytes) / float64(total)
		}
	}
	return rules
}

// action is a verdict as rules are written.
func action(v netstack.Verdict) string {
	if v == netstack.Pass {
		return "accept"
	}
	return v.String()
}

// live counts the sessions by the name of their rule.
func (a *Appliance) live() map[string]int {
	type number struct{ generation, rule uint32 }
	byNumber := map[number]int{}
	for cursor, more := state.Cursor(0), true; more; more = cursor != 0 {
		cursor = a.table.Sessions(a.now(), cursor, listStep, func(v state.View) { byNumber[number{v.Generation, v.Rule}]++ })
	}
	byName := make(map[string]int, len(byNumber))
	for n, count := range byNumber {
		byName[a.ruleName(n.generation, n.rule)] += count
	}
	return byName
}

// note is what is noticed of a rule: what it is, and by which others.
type note struct {
	what string
	by   []string
}

var faults = map[policy.Fault]string{
	policy.NeverMatches: "never-matches", policy.Shadowed: "shadowed", policy.Redundant: "redundant",
	policy.SourcePortOnly: "source-port", policy.AcceptsAll: "accepts-all",
}

// notesOf finds what the rules say in vain or without meaning it.
func notesOf(s *policy.Spec, box policy.Topology) map[int]note {
	notes := map[int]note{}
	found, err := policy.Lint(*s, box)
	if err != nil { // it compiled, so there is none
		return notes
	}
	for _, f := range found {
		if f.NAT || notes[f.Number].what != "" {
			continue
		}
		n := note{what: faults[f.Fault]}
		for _, by := range f.By {
			n.by = append(n.by, s.Rules[by].Name)
		}
		notes[f.Number] = n
	}
	return notes
}
