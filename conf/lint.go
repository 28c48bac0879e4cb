package conf

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sallyport/conf/calendar"
	"sallyport/policy"
)

// linter warns of what a file without a fault says in vain, or without meaning
// it.
type linter struct {
	root       value
	words      *vocabulary
	rules, nat named
}

func (l *linter) lint(s *Settings, now time.Time) {
	var t policy.Topology
	for side := range t.Sides {
		t.Sides[side].Networks = s.Sides[side].Networks
	}
	found, err := policy.Lint(s.Policy, t)
	if err != nil {
		l.root.fail("%v", err)
	}
	for _, f := range found {
		l.warn(f)
	}
	for i, r := range s.Policy.Rules {
		if r.When != 0 {
			l.warnOfTimes(i, &s.Whens[r.When-1], now)
		}
	}
	l.words.addresses.warnOfUnused("list")
	l.words.services.warnOfUnused("list")
	l.words.schedules.warnOfUnused("schedule")
}

// warnOfTimes warns of a rule that will never hold again.
func (l *linter) warnOfTimes(rule int, w *When, now time.Time) {
	over := func(s *calendar.Schedule) bool { return s.Over(now) }
	switch {
	case w.past(now):
		l.rules.until[rule].warn("is past: the rule matches nothing any more")
	case len(w.Schedules) > 0 && !slices.ContainsFunc(w.Schedules, func(s *calendar.Schedule) bool { return !over(s) }):
		l.rules.all[rule].warn("never matches again: the last day of its schedule is past")
	}
}

func (l *linter) warn(f policy.Finding) {
	names, kind := l.rules.all, "rule"
	if f.NAT {
		names, kind = l.nat.all, "nat"
	}
	at := names[f.Number]
	by := others(kind, at, names, f.By)
	switch f.Fault {
	case policy.NeverMatches:
		at.warn("never matches: no packet can meet all of its conditions at once")
	case policy.Shadowed:
		at.warn("never matches: %s had all of it before", by)
	case policy.Redundant:
		at.warn("says nothing new: without it, %s would do the same", by)
	case policy.SourcePortOnly:
		at.warn("accepts by the source port, which is the sender's to choose; replies need no rule")
	case policy.AcceptsAll:
		at.warn("lets everything in from outside")
	case policy.ExemptsNothing:
		at.warn("exempts nothing: no translation after it would take any of this")
	case policy.ExternalInside:
		at.warn("takes addresses that live inside: what the outside sends there does not come to it")
	case policy.ExternalTaken:
		at.warn("%s takes some of these external addresses: nothing sent there comes to this one", by)
	case policy.Unopened:
		at.warn("no rule accepts what it translates, and it opens nothing by itself")
	}
}

// maxOthers is how many others a warning names.
const maxOthers = 3

// others names rules or translations to who reads at at, as in `rule "web" in line 7 and rule "dns"
// in line 12`.
func others(kind string, at value, names []value, numbers []int) string {
	var words []string
	for i, n := range numbers {
		if i == maxOthers {
			words = append(words, fmt.Sprintf("%d more", len(numbers)-i))
			break
		}
		words = append(words, fmt.Sprintf("%s %q in %s", kind, names[n].data, names[n].seenFrom(at)))
	}
	if last := len(words) - 1; last > 0 {
		return strings.Join(words[:last], ", ") + " and " + words[last]
	}
	return strings.Join(words, "")
}
