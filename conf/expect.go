package conf

import (
	"slices"
	"strings"

	"sallyport/netstack"
)

// Expectation is what is to become of a test's packet.
type Expectation struct {
	Verdict netstack.Verdict
	Rule    string          // that decides; "": any, or none
	Reason  netstack.Reason // ReasonNone: any
}

// String is the expectation as it is written.
func (e Expectation) String() string {
	s := e.Verdict.String()
	if e.Verdict == netstack.Pass {
		s = "accept"
	}
	switch {
	case e.Rule != "":
		return s + " by " + e.Rule
	case e.Reason != netstack.ReasonNone:
		return s + " because " + e.Reason.String()
	}
	return s
}

const defaultRule = "default"

// readExpect reads "accept", "reject by no-mail" or "drop because spoofed".
func (r *testReader) readExpect(v value) {
	s, ok := v.text()
	r.expect = v.doc.remark(v.node.value, v.node.valueEnd, "")
	words := strings.Fields(s)
	switch {
	case !ok:
		return
	case len(words) != 1 && len(words) != 3:
		v.fail("%q is no expectation: write an action, %q and a rule's name, or %q and a reason", s, "by", "because")
		return
	}
	verdict, known := actions[words[0]]
	if !known {
		v.fail("unknown %q; %s", words[0], choices(words[0], []string{"accept", "drop", "reject"}))
		return
	}
	r.Expect.Verdict = verdict
	if len(words) == 3 {
		r.readWhy(v, words[1], words[2])
	}
}

func (r *testReader) readWhy(v value, how, what string) {
	switch how {
	case "by":
		r.Expect.Rule = what
		r.checkRule(v, what)
	case "because":
		r.readReason(v, what)
	default:
		v.fail("unknown %q; %s", how, choices(how, []string{"by", "because"}))
	}
}

// checkRule wants a rule of that name with that action.
func (r *testReader) checkRule(v value, name string) {
	names := []string{defaultRule}
	for _, rule := range r.rules {
		names = append(names, rule.Name)
	}
	i := slices.Index(names, name) - 1
	action := netstack.Drop
	switch {
	case i == -2:
		v.fail("no rule has the name %q%s", name, didYouMean(name, names))
		return
	case i >= 0:
		action = r.rules[i].Action
	}
	if action != r.Expect.Verdict {
		v.fail("rule %q does not do that: its action is %q", name, Expectation{Verdict: action}.String())
	}
}

func (r *testReader) readReason(v value, word string) {
	var words []string
	for reason := netstack.ReasonNone + 1; reason < netstack.Reasons; reason++ {
		if words = append(words, reason.String()); reason.String() == word {
			r.Expect.Reason = reason
		}
	}
	switch {
	case r.Expect.Verdict == netstack.Pass:
		v.fail("what is accepted has no reason; write \"accept\" or \"accept by RULE\"")
	case r.Expect.Reason == netstack.ReasonNone:
		v.fail("unknown reason %q%s", word, didYouMean(word, words))
	}
}
