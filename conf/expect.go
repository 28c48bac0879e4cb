package conf

import (
	"fmt"
	"net/netip"
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

// End is one end of a packet as it is expected to leave.
type End struct {
	Addr netip.Addr
	Self bool   // any address of the box
	Any  bool   // any address
	Port uint16 // 0: any
}

// String is the end as it is written.
func (e End) String() string {
	host := e.Addr.String()
	switch {
	case e.Any:
		host = anyWord
	case e.Self:
		host = selfWord
	case e.Port != 0:
		return netip.AddrPortFrom(e.Addr, e.Port).String()
	}
	if e.Port != 0 {
		return fmt.Sprintf("%s:%d", host, e.Port)
	}
	return host
}

// readTranslated reads "self -> 10.1.0.10:80".
func (r *testReader) readTranslated(v value) {
	s, ok := v.text()
	r.translated, r.Translated = v.doc.remark(v.node.value, v.node.valueEnd, ""), true
	src, dst, found := strings.Cut(s, "->")
	switch {
	case !ok:
		return
	case !found:
		v.fail("want how the packet leaves, source and destination, as in %q", "self -> 10.1.0.10:80")
		return
	}
	for i, word := range []string{src, dst} {
		end, err := parseEnd(strings.TrimSpace(word))
		if err != nil {
			v.fail("%v", err)
			return
		}
		r.Leaves[i] = end
	}
}

func parseEnd(s string) (e End, err error) {
	host, port, hasPort := cutPort(s)
	if hasPort {
		if e.Port, err = parsePort(port); err != nil {
			return e, err
		}
	}
	switch host {
	case anyWord:
		e.Any = true
	case selfWord:
		e.Self = true
	default:
		e.Addr, err = parseAddr(host)
	}
	return e, err
}
