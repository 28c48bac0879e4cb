package conf

import (
	"slices"

	"sallyport/policy"
	"sallyport/state"
)

// readRules adds the rules, and where their names are.
func (s *Settings) readRules(v value, words *vocabulary, names *named) {
	r, tables := newRuleReader(words), v.tables("rule")
	s.Policy.Rules, s.SaidRules = slices.Grow(s.Policy.Rules, len(tables)), slices.Grow(s.SaidRules, len(tables))
	names.expect(len(tables))
	for _, t := range tables {
		if !r.read(t) {
			continue
		}
		r.Terms, r.When = s.State.number(&r.terms, t), s.whenNumber(&r.when, t)
		r.Limit = s.limitNumber(&r.limit, t)
		names.until = append(names.until, r.when.until)
		r.checkName(t, "rule", names)
		s.Policy.Rules = append(s.Policy.Rules, r.Rule)
		s.SaidRules = append(s.SaidRules, r.said())
	}
}

// ruleReader reads one [[rule]] after the other, each into itself: what its
// fields read into is made once for all of them.
type ruleReader struct {
	*clause
	policy.Rule
	terms termsReader
	when  whenReader
	limit state.Limit
	known []field
}

func newRuleReader(words *vocabulary) *ruleReader {
	r := &ruleReader{clause: newClause(words)}
	r.known = append(r.clause.fields(),
		field{"action", func(v value) { readAction(v, &r.Rule) }},
		field{"log", func(v value) { v.setBool(&r.Log) }},
		field{"profile", r.terms.readProfile},
		field{"timeouts", r.terms.readTimeouts},
		field{"schedule", r.when.readSchedule},
		field{"until", r.when.readUntil},
		field{"limit", r.at("limit", func(v value) { readLimit(v, &r.limit) })},
	)
	return r
}

// read reads a rule; it reports false if t is no table.
func (r *ruleReader) read(t value) bool {
	r.clause.reset()
	r.Rule, r.terms, r.limit = policy.Rule{}, termsReader{}, state.Limit{}
	r.when = whenReader{book: &r.words.schedules}
	if !t.read(r.known, "helpers") {
		return false
	}
	r.needs(t, "action", `"accept", "drop" or "reject"`)
	r.checkSides()
	r.checkFamilies()
	r.checkLimit(t)
	r.Name, r.From, r.To, r.Family = r.name, r.from, r.to, r.family
	r.Source, r.Destination, r.Service = r.source, r.destination, r.service
	return true
}

func readAction(v value, r *policy.Rule) {
	if s, ok := v.word("accept", "drop", "reject"); ok {
		r.Action = actions[s]
	}
}
