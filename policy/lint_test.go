package policy

import (
	"strings"
	"testing"
)

func TestLintRules(t *testing.T) {
	for _, c := range []struct {
		want  string
		rules []string
	}{
		{"", []string{"accept inside->outside any any any"}},
		{"", []string{"accept inside->outside 10.1.0.0/24 any tcp/80", "accept inside->outside 10.1.0.0/24 any tcp/443"}},
		{"", []string{"drop inside->outside 10.1.0.7 any any", "accept inside->outside 10.1.0.0/24 any any"}},
		{"1 shadowed by 0", []string{"drop inside->outside 10.1.0.0/24 any any", "accept inside->outside 10.1.0.7 any tcp/80"}},
		{"2 shadowed by 0", []string{
			"drop inside->outside any any tcp/80-90", "drop inside->outside any any udp", "accept any->outside 10.1.0.0/24 1.1.1.1 tcp/85"}},
		// Two halves shadow the whole.
		{"2 shadowed by 0 by 1", []string{
			"drop inside->any 10.1.0.0-10.1.0.99 any any", "drop inside->any 10.1.0.100-10.1.0.255 any any", "accept inside->outside 10.1.0.0/24 any tcp"}},
		{"", []string{
			"drop inside->any 10.1.0.0-10.1.0.98 any any", "drop inside->any 10.1.0.100-10.1.0.255 any any", "accept inside->outside 10.1.0.0/24 any tcp"}},
		// What both do is no matter for a shadow, but for redundancy.
		{"1 shadowed by 0", []string{"accept inside->outside any any tcp", "accept inside->outside any 1.1.1.1 tcp/80"}},
		{"0 redundant by 1", []string{"accept inside->outside any 1.1.1.1 tcp/80", "accept inside->outside any any tcp"}},
		{"", []string{"accept inside->outside any 1.1.1.1 tcp/80 log", "accept inside->outside any any tcp"}},
		{"", []string{"accept inside->outside any 1.1.1.1 tcp/80", "drop inside->outside any 1.1.1.0/24 any", "accept inside->outside any any tcp"}},
		{"", []string{
			"accept inside->outside any 1.1.1.0/24 tcp/80", "drop inside->outside any 1.1.1.9 any", "accept inside->outside any any tcp"}},
		{"1 redundant by 3", []string{
			"accept inside->outside any 1.1.1.0/24 tcp/80", "drop inside->outside any 2.2.2.2 udp", "reject inside->outside any 1.1.1.9 any", "drop inside->any any 2.2.0.0/16 any"}},
		{"0 redundant by 1 by 2", []string{
			"accept inside->outside any any tcp/80", "accept inside->outside 10.1.0.0-10.1.0.127 any tcp", "accept inside->outside 10.1.0.128-10.1.0.255,fd00:1::/64 any tcp"}},
		{"0 redundant by 2; 1 redundant by 2", []string{
			"accept inside->outside any 1.1.1.1 tcp/80", "accept inside->outside any 1.1.1.0/24 tcp", "accept inside->outside any any tcp"}},
		// Who is shadowed now would not be without its shadow.
		{"1 shadowed by 0", []string{
			"accept inside->outside any 1.1.1.1 tcp/80", "drop inside->outside any 1.1.1.1 tcp/80", "accept inside->outside any any tcp"}},
		{"0 redundant by 1; 2 shadowed by 1", []string{
			"drop inside->any 10.1.0.7 any any", "drop inside->any 10.1.0.0/24 any any", "accept inside->outside 10.1.0.0/24 any tcp"}},
		// Of two that are the same, one has to stay.
		{"1 shadowed by 0", []string{"accept inside->outside any any tcp", "accept inside->outside any any tcp"}},
		// The box's own addresses are not known: any address may be one.
		{"", []string{"drop inside->any any self any", "accept inside->outside any 1.1.1.1 any"}},
		{"1 shadowed by 0", []string{"drop inside->any any self any", "accept inside->self any any tcp/22"}},
		{"1 shadowed by 0", []string{"drop inside->any any !self any", "accept inside->outside any any tcp/22"}},
		{"0 never", []string{"drop inside->outside any self any"}},
		{"0 never", []string{"drop inside->self any !self any"}},
		{"0 never", []string{"drop outside->outside any any any"}},
		{"0 never", []string{"drop inside->outside any 1.1.1.1,!1.1.1.0/24 any"}},
		// The networks are.
		{"0 never; 1 never; 2 never", []string{"drop inside->any 10.2.0.0/24 any any", "drop any->outside any 10.1.0.5 any", "drop any->inside any 1.1.1.1 any"}},
		{"0 never", []string{"drop outside->any 10.1.0.5 any any"}},
		{"1 shadowed by 0", []string{"drop inside->any 10.1.0.0/24,fd00:1::/64 any any", "accept inside->outside any any tcp/80"}},
		// J2: whoever likes can have source port 80.
		{"0 source port", []string{"accept outside->inside any 10.1.0.5 from80"}},
		{"", []string{"drop outside->inside any 10.1.0.5 from80"}},
		{"0 accepts all", []string{"accept outside->inside any any any"}},
		{"0 accepts all", []string{"accept any->any any any any"}},
		{"", []string{"accept any->outside any any any"}},
	} {
		var s Spec
		for _, words := range c.rules {
			s.Rules = append(s.Rules, ruleOf(words))
		}
		found, err := Lint(s, home())
		if got := say(found); err != nil || got != c.want {
			t.Errorf("%s:\n got %q %v\nwant %q", strings.Join(c.rules, "\n"), got, err, c.want)
		}
	}
}

func TestLintNAT(t *testing.T) {
	for _, c := range []struct {
		want  string
		rules []string
		nat   []string
	}{
		{"", []string{"accept inside->outside any any any"}, []string{"masquerade inside->outside any any any"}},
		{"nat 0 unopened", []string{"drop inside->outside any any any"}, []string{"masquerade inside->outside any any any"}},
		{"nat 0 never", []string{"accept inside->outside any any any"}, []string{"masquerade inside->self any any any"}},
		{"nat 2 shadowed by 1", []string{"accept inside->outside any any any"}, []string{
			"masquerade inside->outside 10.1.0.7 any any", "masquerade inside->outside any any any", "masquerade inside->outside 10.1.0.0/24 any any"}},
		{"", []string{"accept outside->inside any 10.1.0.5 tcp/80"}, []string{"dnat outside->any any self tcp/8080 10.1.0.5:80"}},
		{"nat 0 unopened", []string{"accept outside->inside any 10.1.0.5 tcp/8080"}, []string{"dnat outside->any any self tcp/8080 10.1.0.5:80"}},
		{"", []string{"accept outside->inside any 10.1.0.5 tcp/8080"}, []string{"dnat outside->any any self tcp/8080 10.1.0.5:0"}},
		{"nat 0 unopened", []string{"accept inside->inside any 10.1.0.5 any"}, []string{"dnat outside->any any self tcp/8080 10.1.0.5:80"}},
		{"nat 0 unopened", []string{"accept outside->inside 1.1.1.1 10.1.0.5 any"}, []string{"dnat outside->any !1.1.1.1 self any 10.1.0.5:80"}},
		{"nat 0 unopened", []string{"accept outside->self any 10.1.0.5 tcp/80"}, []string{"dnat outside->any any self tcp/8080 10.1.0.5:80"}},
		{"nat 2 shadowed by 1", []string{"accept any->any any 10.1.0.0/24 any"}, []string{
			"masquerade inside->inside any any any", "dnat outside->any any self any 10.1.0.5:0", "dnat outside->any any self tcp/8080 10.1.0.6:80"}},
		{"nat 0 never", []string{"accept any->any any 10.1.0.0/24 any"}, []string{"dnat outside->any any 2001:db8::7 tcp/80 10.1.0.5:80"}},
	} {
		s := Spec{}
		for _, words := range c.rules {
			s.Rules = append(s.Rules, ruleOf(words))
		}
		for _, words := range c.nat {
			s.NAT = append(s.NAT, natOf(words))
		}
		found, err := Lint(s, home())
		if got := say(found); err != nil || got != c.want {
			t.Errorf("%s %s:\n got %q %v\nwant %q", c.rules, c.nat, got, err, c.want)
		}
	}
}

// TestLintOfTimes: what holds at times only takes nothing from others for good,
// but from those that hold at the same times; and a rule that says the same as a
// later one is not redundant if that one may be off.
func TestLintOfTimes(t *testing.T) {
	const wide, narrow = "accept inside->outside any any any", "accept inside->outside 10.1.0.7 any tcp/80"
	for _, c := range []struct {
		want  string
		rules []string
		when  []uint16
	}{
		{"", []string{wide, narrow + " log"}, []uint16{1, 0}},
		{"1 shadowed by 0", []string{wide, narrow + " log"}, []uint16{0, 1}},
		{"1 shadowed by 0", []string{wide, narrow + " log"}, []uint16{1, 1}},
		{"", []string{wide, narrow + " log"}, []uint16{1, 2}},
		{"", []string{narrow, wide}, []uint16{0, 1}},
		{"0 redundant by 1", []string{narrow, wide}, []uint16{1, 0}},
		{"0 redundant by 1", []string{narrow, wide}, []uint16{1, 1}},
		{"0 redundant by 2; 1 shadowed by 0", []string{narrow, narrow, wide}, []uint16{0, 1, 0}}, // 1 may be off, and then 2 does the same
	} {
		var s Spec
		for i, words := range c.rules {
			r := ruleOf(words)
			r.When = c.when[i]
			s.Rules = append(s.Rules, r)
		}
		found, err := Lint(s, home())
		if err != nil {
			t.Fatal(err)
		}
		if got := say(found); got != c.want {
			t.Errorf("%v at %v: %q, want %q", c.rules, c.when, got, c.want)
		}
	}
}
