package control

import (
	"net/netip"
	"slices"
	"time"
)

// tidy makes what the API promises of a backend's answer: times in UTC and
// lists that are never null.
func (s Session) tidy() Session {
	s.Started, s.LastSeen = moment(s.Started), moment(s.LastSeen)
	if s.Flags == nil {
		s.Flags = []string{}
	}
	return s
}

func (s Status) tidy() Status {
	s.Started = moment(s.Started)
	s.Sides = slices.Clone(s.Sides)
	for i := range s.Sides {
		side := &s.Sides[i]
		side.Addresses = append([]netip.Addr{}, side.Addresses...)
		side.Networks = append([]netip.Prefix{}, side.Networks...)
		side.Families = append([]string{}, side.Families...)
	}
	return s
}

func (r Reloaded) tidy() Reloaded {
	r.Warnings = append([]string{}, r.Warnings...)
	return r
}

func (c Committed) tidy() Committed {
	c.Until = moment(c.Until)
	c.Warnings = append([]string{}, c.Warnings...)
	return c
}

func tidyChanges(all []Change) []Change {
	all = slices.Clone(all)
	for i := range all {
		all[i].At = moment(all[i].At)
		all[i].Files = append([]string{}, all[i].Files...)
	}
	return all
}

func tidyDifferences(all []Difference) []Difference {
	all = append([]Difference{}, all...)
	for i := range all {
		for _, m := range []*map[string]any{&all[i].Was, &all[i].Is} {
			if *m == nil {
				*m = map[string]any{}
			}
		}
	}
	return all
}

func tidyRules(rules []Rule) []Rule {
	rules = slices.Clone(rules)
	for i := range rules {
		r := &rules[i]
		r.FirstHit, r.LastHit = moment(r.FirstHit), moment(r.LastHit)
		r.By = append([]string{}, r.By...)
	}
	return rules
}

func tidyDatagrams(all []Datagram) []Datagram {
	all = slices.Clone(all)
	for i := range all {
		all[i].Began = moment(all[i].Began)
	}
	return all
}

func moment(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
