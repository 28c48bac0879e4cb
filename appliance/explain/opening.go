package explain

import (
	"sallyport/appliance/forward"
	"sallyport/netstack"
	"sallyport/state"
)

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
