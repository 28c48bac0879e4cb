package explain

import (
	"fmt"
	"time"

	"sallyport/appliance/forward"
	"sallyport/netstack"
	"sallyport/state"
)

// refused is what a reason means, for a stage that has the last word.
func (t *teller) refused() string { return because[t.outcome.Reason] }

func (t *teller) parse() {
	switch t.Stage {
	case forward.AtStart:
		t.refuse("parse", "%s", t.refused())
	case forward.AtParse:
		t.refuse("parse", "%s", t.refused())
	case forward.AtTTL:
		t.refuse("parse", "%s", t.refused())
	default:
		t.step("parse", "%s", describe(&t.arrived))
	}
}

func (t *teller) source() {
	k := &t.Trace.Arrived.Flow
	switch {
	case t.Stage == forward.AtSource && t.outcome.Reason == netstack.Spoofed:
		t.refuse("source", "%v cannot be the address of a host on the %s", k.Src, side(k.In))
	case t.Stage == forward.AtSource:
		t.refuse("source", "%s", t.refused())
	case len(t.Lookups) > 0:
		t.step("source", "%v can be the address of a host on the %s", k.Src, side(k.In))
	}
}

func (t *teller) fragments() {
	g := &t.Trace.Arrived.Fragment
	switch {
	case !g.Is || t.Stage < forward.AtFragments:
	case t.outcome.Verdict == netstack.Hold:
		t.step("fragments", "a fragment from byte %d on: held until the rest of its datagram has come", g.Offset)
	case t.Stage == forward.AtFragments:
		t.refuse("fragments", "%s", t.refused())
	case t.Whole:
		t.step("fragments", "its datagram is complete now, and is judged as the datagram that it is: %v", t.Flow)
	}
}

func (t *teller) checks() {
	switch {
	case t.Stage == forward.AtLegal:
		t.refuse("checks", "%s", t.refused())
	case t.Stage > forward.AtLegal && t.arrived.Flow.Proto == netstack.TCP:
		t.step("checks", "checksum right, and flags that an endpoint sends")
	}
}

// session says which session the packet looks like one of, and what that says.
func (t *teller) session() {
	if t.Tracked == nil {
		return
	}
	m, s := &t.Tracked.Match, &t.Tracked.Sight
	switch {
	case !s.Known && t.Tracked.Reason == netstack.ReasonNone:
		t.step("session", "of none; it may begin one")
	case !s.Known && t.Stage != forward.AtSession:
		t.step("session", "of none, and it begins none where nothing else is said: %s", because[t.Tracked.Reason])
	case !s.Known:
		t.refuse("session", "of none; %s", because[t.Tracked.Reason])
	case t.Tracked.Reason != netstack.ReasonNone:
		t.refuse("session", "looks like one of %s; %s%s", t.known(s), because[t.Tracked.Reason], t.window(s, m.Condition))
	case m.Session == 0:
		t.step("session", "begins anew what is %s: the rules are asked", t.known(s))
	default:
		t.step("session", "%s, %s direction%s%s", t.known(s), s.Dir, t.window(s, m.Condition), turns(s))
	}
}

// known names a session that there is.
func (t *teller) known(s *state.Sight) string {
	v := &s.Before
	words := fmt.Sprintf("session %d, %s", v.ID, v.State)
	if rule := t.RuleName(v.Generation, v.Rule); rule != "" {
		words += fmt.Sprintf(", let in by %s", rule)
	}
	return words + fmt.Sprintf(", %v of %v left", v.TimeoutLeft.Round(time.Second), v.TimeoutTotal)
}

// window says which bound a TCP segment lies outside of and by how much, or that
// it lies inside.
func (t *teller) window(s *state.Sight, c state.Condition) string {
	w := &s.Window
	switch {
	case *w == (state.Window{}):
		return ""
	case c == state.BeforeWindow, c == state.BeyondWindow:
		return fmt.Sprintf(": %v by %d, bytes %d to %d may come, these are %d to %d", c, w.By, w.From, w.To, w.Seq, w.End)
	case c == state.AcksTooMuch, c == state.AcksTooLittle:
		return fmt.Sprintf(": %v by %d, %d to %d may be acknowledged, this is %d", c, w.By, w.AckFrom, w.AckTo, w.Ack)
	case w.Fails == state.NoCondition && t.Tracked.Reason == netstack.ReasonNone:
		return fmt.Sprintf("; in the window: bytes %d to %d may come, %d to %d be acknowledged", w.From, w.To, w.AckFrom, w.AckTo)
	}
	return ""
}

// turns says what the packet does to its session.
func turns(s *state.Sight) string {
	if s.After.State == s.Before.State || s.After.State == "" {
		return ""
	}
	return fmt.Sprintf("; it becomes %s, for %v", s.After.State, s.After.TimeoutTotal)
}

func (t *teller) mapping() {
	m := t.Mapped
	if m == nil {
		return
	}
	inside := endpoint(m.Addr, m.Port, t.Flow.Proto)
	switch {
	case t.Stage == forward.AtMapping:
		t.refuse("mapping", "the external endpoint of %s; %s", inside, t.refused())
	case m.Admits:
		t.step("mapping", "the external endpoint of %s, whose filtering lets the sender in", inside)
	default:
		t.step("mapping", "the external endpoint of %s, whose filtering does not let the sender in; the rules are asked", inside)
	}
}

func (t *teller) mtu() {
	switch {
	case t.Stage == forward.AtMTU:
		t.refuse("mtu", "%d bytes; at most %d may leave by the %s, and it may not be fragmented", t.arrived.WireSize(), t.mtuOf(t.outcome.Out), side(t.outcome.Out))
	case t.Stage == forward.AtLeave && t.mtuOf(t.outcome.Out) > 0:
		t.step("mtu", "%d bytes; at most %d leave by the %s in one piece", t.arrived.WireSize(), t.mtuOf(t.outcome.Out), side(t.outcome.Out))
	}
}

func (t *teller) mtuOf(out netstack.Side) int { return t.Engine.Load().MTU[out] }

// verdict sums up.
func (t *teller) verdict() {
	words := map[string]string{"accept": "accepted", "drop": "dropped", "reject": "rejected", "hold": "held"}[t.x.Verdict]
	if t.x.Rule != "" && (t.outcome.Verdict == netstack.Pass || t.outcome.Reason == netstack.Policy) {
		words += " by " + t.x.Rule
	}
	if t.x.Reason != "" {
		words += ", reason " + t.x.Reason
	}
	switch t.x.Out {
	case "":
	case "self":
		words += "; it is given to the box itself"
	default:
		words += fmt.Sprintf("; it leaves by the %s as %s", t.x.Out, t.x.Leaves)
	}
	if t.x.Answer != "" {
		words += "; its sender gets " + t.x.Answer
	}
	if t.outcome.Verdict == netstack.Pass || t.outcome.Verdict == netstack.Hold {
		t.step("verdict", "%s", words)
		return
	}
	t.refuse("verdict", "%s", words)
}
