package explain

import (
	"fmt"

	"sallyport/appliance/forward"
	"sallyport/netstack"
)

// refused is what a reason means, for a stage that has the last word.
func (t *teller) refused() string { return because[t.outcome.Reason] }

func (t *teller) parse() {
	switch t.Stage {
	case forward.AtStart, forward.AtParse, forward.AtTTL:
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
