package conf

import (
	"strings"

	"sallyport/netstack"
	"sallyport/policy"
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
	switch action, known := r.rules.actions[name]; {
	case !known:
		v.fail("no rule has the name %q%s", name, didYouMean(name, r.rules.candidates()))
	case action != r.Expect.Verdict:
		v.fail("rule %q does not do that: its action is %q", name, Expectation{Verdict: action}.String())
	}
}

// tested are the rules as tests name them.
type tested struct {
	names   []string
	actions map[string]netstack.Verdict // by name
	guesses guesses
}

func newTested(rules []policy.Rule) *tested {
	t := &tested{[]string{defaultRule}, make(map[string]netstack.Verdict, len(rules)+1), 0}
	t.actions[defaultRule] = netstack.Drop
	for _, r := range rules {
		t.names, t.actions[r.Name] = append(t.names, r.Name), r.Action
	}
	return t
}

// candidates are the names that an unknown one may have been meant for.
func (t *tested) candidates() []string {
	if !t.guesses.more() {
		return nil
	}
	return t.names
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
