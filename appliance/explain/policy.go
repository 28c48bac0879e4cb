package explain

import (
	"fmt"
	"strings"

	"sallyport/appliance/control"
	"sallyport/appliance/forward"
	"sallyport/conf"
	"sallyport/netstack"
	"sallyport/policy"
	"sallyport/state"
)

var listNames = map[policy.List]string{
	policy.Destinations: "dnat", policy.Turns: "hairpin", policy.Rules: "rules", policy.Sources: "snat",
}

// policy tells each search, and then what was decided.
func (t *teller) policy() {
	for i := range t.Lookups {
		t.lookup(&t.Lookups[i])
	}
	t.turned()
	switch {
	case t.Stage == forward.AtProfile:
		t.refuse("profile", "%s, whatever the rules say", t.refused())
	case t.Stage == forward.AtPolicy && t.outcome.Reason != netstack.Policy:
		t.refuse("rules", "%s", t.refused())
	case t.Again != nil && t.outcome.Verdict == netstack.Pass:
		t.step("rules", "the policy has changed since, and would let the session in again")
	case t.Again != nil:
		t.refuse("rules", "the policy has changed since, and does not let the session in any more: it ends")
	}
}

// lookup tells of one search. One among nothing is not worth a line, nor is a
// packet that does not turn round.
func (t *teller) lookup(l *policy.Lookup) {
	if l.Match < 0 && (len(l.Missed) == 0 && l.List != policy.Rules || l.List == policy.Turns) {
		return
	}
	s := control.Step{Stage: listNames[l.List], Passed: true}
	for _, m := range l.Missed {
		name, said := t.named(l.List, m.Number)
		s.Considered = append(s.Considered, control.Considered{Name: name, Why: whyNot(&l.Packet, m.Miss, said)})
	}
	if l.Match >= 0 {
		name, _ := t.named(l.List, l.Match)
		s.Considered = append(s.Considered, control.Considered{Name: name, Matched: true})
		s.Text = name + " " + t.follows(l)
	} else {
		s.Text = map[bool]string{true: "none matches: dropped by default", false: "none matches"}[l.List == policy.Rules]
	}
	if l.List == policy.Rules {
		s.Passed = l.Match >= 0 && t.Settings.Policy.Rules[l.Match].Action == netstack.Pass
		s.Text += t.unasked(l)
	}
	t.x.Steps = append(t.x.Steps, s)
}

// turned puts right what is said of a packet that turns round: the rules are asked
// twice about it, as what it is and as what its receiver sees, and the first that
// matches either decides.
func (t *teller) turned() {
	var rules []*control.Step
	for i := range t.x.Steps {
		if t.x.Steps[i].Stage == "rules" {
			rules = append(rules, &t.x.Steps[i])
		}
	}
	if len(rules) != 2 {
		return
	}
	rules[0].Text = "as it comes: " + rules[0].Text
	rules[1].Text = "as its receiver sees it: " + rules[1].Text
	for _, s := range rules {
		last := &s.Considered[len(s.Considered)-1]
		s.Text = strings.TrimSuffix(s.Text, ": dropped by default")
		s.Passed = s.Passed || !last.Matched
	}
}

// unasked corrects what "no rule" means where none is needed.
func (t *teller) unasked(l *policy.Lookup) string {
	if l.Match < 0 && t.Mapped != nil && t.Mapped.Admits {
		return "; but the filtering of the mapping has let it in"
	}
	return ""
}

// follows says what follows from a match.
func (t *teller) follows(l *policy.Lookup) string {
	if l.List != policy.Rules {
		return "matches"
	}
	return map[netstack.Verdict]string{
		netstack.Pass: "accepts it", netstack.Drop: "drops it", netstack.Reject: "rejects it",
	}[t.Settings.Policy.Rules[l.Match].Action]
}

// named returns the name of a rule or a translation, and what its file says of
// it.
func (t *teller) named(l policy.List, n int) (string, conf.Said) {
	var said conf.Said
	if l == policy.Rules {
		if n < len(t.Settings.SaidRules) {
			said = t.Settings.SaidRules[n]
		}
		return t.Settings.Policy.Rules[n].Name, said
	}
	if n--; n < len(t.Settings.SaidNAT) {
		said = t.Settings.SaidNAT[n]
	}
	return t.Settings.Policy.NAT[n].Name, said
}

// whyNot says a condition in the words of the file, and what the packet is.
func whyNot(p *policy.Seen, m policy.Miss, said conf.Said) string {
	family := map[bool]string{true: "IPv4", false: "IPv6"}[p.Src.Is4()]
	switch m {
	case policy.NotNow:
		return "it does not hold at this time"
	case policy.OtherFrom:
		return fmt.Sprintf("from is %s, the packet comes from %v", orWords(said.From, "another side"), p.From)
	case policy.OtherTo:
		return fmt.Sprintf("to is %s, the packet goes to %s", orWords(said.To, "another side"), zone(p.To))
	case policy.OtherFamily:
		return fmt.Sprintf("it is of %s, the packet is %s", orWords(said.Family, "the other IP version"), family)
	case policy.OtherSource:
		return fmt.Sprintf("source %v is not in [%s]", p.Src, orWords(said.Source, "..."))
	case policy.OtherDestination:
		return fmt.Sprintf("destination %v is not in [%s]", p.Dst, orWords(said.Destination, "..."))
	}
	return fmt.Sprintf("%s is not in [%s]", service(p), orWords(said.Service, "..."))
}

func orWords(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func zone(z policy.Zones) string {
	for s := netstack.Inside; s <= netstack.Self; s++ {
		if z == 1<<s {
			return s.String()
		}
	}
	return "anywhere"
}

// service is a packet's as it would be written.
func service(p *policy.Seen) string {
	switch {
	case p.Proto.HasPorts():
		return fmt.Sprintf("%v/%d", p.Proto, p.DstPort)
	case p.Proto == netstack.ICMP || p.Proto == netstack.ICMPv6:
		return fmt.Sprintf("%v/%s", p.Proto, conf.ICMPTypeName(p.Proto, p.Type))
	}
	return p.Proto.String()
}

func typeName(p *netstack.Packet) string { return conf.ICMPTypeName(p.Flow.Proto, p.ICMPType) }

// opened says what the table makes of what the policy lets in.
func (t *teller) opened() {
	if t.Opened == nil {
		return
	}
	s := &t.Opened.Sight
	switch {
	case t.Stage == forward.AtOpen && t.outcome.Condition == state.Unproven:
		t.refuse(openStage(t.outcome.Reason), "the %s is flooded with SYNs, and %v has not shown that it is there: by a handshake of late, by the answer to a challenge, or by sending this SYN again", side(t.Flow.In), t.Flow.Src)
	case t.Stage == forward.AtOpen:
		t.refuse(openStage(t.outcome.Reason), "%s", t.refused())
	case s.Opened:
		t.translated(&s.After)
		t.step("session", "one begins: %s, for %v without a packet", s.After.State, s.After.TimeoutTotal)
	case s.Known:
		t.step("session", "it passes, and session %d stays as it is until the other end agrees", s.Before.ID)
	default:
		t.step("session", "none is made of it")
	}
}

func openStage(r netstack.Reason) string {
	switch r {
	case netstack.NATExhausted, netstack.NATFiltered, netstack.Untranslatable:
		return "nat"
	}
	return "limits"
}

// translated says what is translated, and by which endpoint.
func (t *teller) translated(v *state.View) {
	k, r := &v.Original, &v.Reply
	rules := t.Engine.Load().Rules
	if k.Dst != r.Src || k.Proto.HasPorts() && k.DstPort != r.SrcPort {
		t.step("nat", "%s: destination %s becomes %s", orWords(rules.NATName(v.DstRule), "its mapping"),
			endpoint(k.Dst, k.DstPort, k.Proto), endpoint(r.Src, r.SrcPort, k.Proto))
	}
	if k.Src != r.Dst || k.SrcPort != r.DstPort {
		how := "a free one"
		if t.Opened.Sight.Shared {
			how = "the one that it has already"
		}
		t.step("nat", "%s: source %s becomes %s, %s", rules.NATName(v.SrcRule), endpoint(k.Src, k.SrcPort, k.Proto), endpoint(r.Dst, r.DstPort, k.Proto), how)
	}
}
