package conf

import (
	"sallyport/policy"
	"sallyport/state"
)

// readRules adds the rules, and where their names are.
func (s *Settings) readRules(v value, words *vocabulary, names *named) {
	for _, t := range v.tables("rule") {
		c, terms, when, limit := newClause(words), termsReader{}, whenReader{book: &words.schedules}, state.Limit{}
		if r, ok := c.readRule(t, &terms, &when, &limit); ok {
			r.Terms, r.When = s.State.number(&terms, t), s.whenNumber(&when.When, t)
			r.Limit = s.limitNumber(&limit, t)
			names.until = append(names.until, when.until)
			c.checkName(t, "rule", names)
			s.Policy.Rules = append(s.Policy.Rules, r)
			s.SaidRules = append(s.SaidRules, c.said())
		}
	}
}

// readRule returns the rule; not ok if t is no table.
func (c *clause) readRule(t value, terms *termsReader, when *whenReader, limit *state.Limit) (r policy.Rule, ok bool) {
	fields := append(c.fields(),
		field{"action", func(v value) { readAction(v, &r) }},
		field{"log", func(v value) { v.setBool(&r.Log) }},
		field{"profile", terms.readProfile},
		field{"timeouts", terms.readTimeouts},
		field{"schedule", when.readSchedule},
		field{"until", when.readUntil},
		field{"limit", c.at("limit", func(v value) { readLimit(v, limit) })},
	)
	if !t.read(fields, "helpers") {
		return r, false
	}
	c.needs(t, "action", `"accept", "drop" or "reject"`)
	c.checkSides()
	c.checkFamilies()
	c.checkLimit(t)
	r.Name, r.From, r.To, r.Family = c.name, c.from, c.to, c.family
	r.Source, r.Destination, r.Service = c.source, c.destination, c.service
	return r, true
}

func readAction(v value, r *policy.Rule) {
	if s, ok := v.word("accept", "drop", "reject"); ok {
		r.Action = actions[s]
	}
}
