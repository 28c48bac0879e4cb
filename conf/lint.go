package conf

import (
	"fmt"
	"strings"

	"sallyport/policy"
)

// linter warns of what a file without a fault says in vain, or without meaning
// it.
type linter struct {
	root       value
	words      *vocabulary
	rules, nat named
}

func (l *linter) lint(s *Settings) {
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
	for _, name := range l.words.addresses.unused() {
		l.words.addresses.lists[name].warnKey("nothing uses the list %q", name)
	}
	for _, name := range l.words.services.unused() {
		l.words.services.lists[name].warnKey("nothing uses the list %q", name)
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
