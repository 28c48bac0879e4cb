package explain

import (
	"fmt"

	"sallyport/appliance/control"
	"sallyport/appliance/forward"
	"sallyport/conf"
	"sallyport/netstack"
	"sallyport/state"
)

// Firewall is what is asked.
type Firewall struct {
	Engine   *forward.Engine
	Settings *conf.Settings // that the engine's policy was made of
	// RuleName names a rule of the policy of a generation.
	RuleName func(generation, rule uint32) string
	Now      func() state.Instant
}

// Explain says what would become of the packet, which arrives on side in.
// Nothing becomes of it.
func (fw *Firewall) Explain(in netstack.Side, packet []byte) control.Explanation {
	f, answer := frameOf(packet), netstack.NewFrame()
	t := teller{Firewall: fw}
	t.outcome, t.Trace = forward.NewRehearsal(fw.Engine).Decide(in, f, answer, fw.Now())
	t.arrived.Parse(in, frameOf(packet))
	return t.tell(in, f, answer)
}

func frameOf(b []byte) *netstack.Frame {
	f := netstack.NewFrame()
	f.SetLen(copy(f.Space(), b))
	return f
}

// teller puts a rehearsal into words.
type teller struct {
	*Firewall
	*forward.Trace
	outcome forward.Outcome
	arrived netstack.Packet // as it was before it was rewritten
	x       control.Explanation
}

func (t *teller) tell(in netstack.Side, f, answer *netstack.Frame) control.Explanation {
	o := &t.outcome
	t.x = control.Explanation{
		In: in.String(), Packet: flow(&t.arrived), Verdict: verdicts[o.Verdict], Session: o.Session,
		Rule: t.ruleOf(o), File: t.Settings.File,
	}
	if o.Reason != netstack.ReasonNone {
		t.x.Reason = o.Reason.String()
	}
	if o.Verdict == netstack.Pass {
		t.leaves(in, f)
	}
	if o.Reply {
		t.x.Answer = describeAnswer(in, answer)
	}
	t.steps()
	return t.x
}

var verdicts = map[netstack.Verdict]string{
	netstack.Pass: "accept", netstack.Drop: "drop", netstack.Reject: "reject", netstack.Hold: "hold",
}

// ruleOf names the rule that decided, or that let the session in.
func (t *teller) ruleOf(o *forward.Outcome) string {
	if o.Rule == forward.NoRule {
		return ""
	}
	if o.Session != 0 && t.Tracked != nil && t.Again == nil {
		return t.RuleName(t.Tracked.Match.Generation, o.Rule)
	}
	return t.Engine.Load().Rules.Rule(o.Rule)
}

// leaves says where the packet goes, and how it looks then.
func (t *teller) leaves(in netstack.Side, f *netstack.Frame) {
	t.x.Out = t.outcome.Out.String()
	if t.Stage == forward.AtSelf {
		t.x.Out = netstack.Self.String()
	}
	var left netstack.Packet
	left.Parse(t.outcome.Out, f)
	if t.x.Leaves = flow(&left); t.outcome.Fragments > 0 {
		t.x.Leaves = fmt.Sprintf("%d fragments", t.outcome.Fragments)
	}
}

// step adds a stage that the packet has passed, refuse one that it has not.
func (t *teller) step(stage, format string, args ...any) {
	t.x.Steps = append(t.x.Steps, control.Step{Stage: stage, Passed: true, Text: fmt.Sprintf(format, args...)})
}

func (t *teller) refuse(stage, format string, args ...any) {
	t.step(stage, format, args...)
	t.x.Steps[len(t.x.Steps)-1].Passed = false
}

// steps tells the way from its beginning to where it ended.
func (t *teller) steps() {
	t.parse()
	if t.Trace.Arrived.Fragment.Is {
		t.source()
		t.fragments()
		t.checks()
		t.session()
	} else {
		t.checks()
		t.session()
		t.source()
	}
	t.mapping()
	t.policy()
	t.opened()
	t.mtu()
	t.verdict()
}
