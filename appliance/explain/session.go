package explain

import (
	"fmt"
	"time"

	"sallyport/appliance/forward"
	"sallyport/netstack"
	"sallyport/state"
)

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
