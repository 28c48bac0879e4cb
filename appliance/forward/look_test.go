package forward

import (
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// Two packets of a flow that is new to the table, in one batch: the second
// belongs to the session that the first begins.
func TestBatchOfANewFlow(t *testing.T) {
	r := newRig(t, outward())
	frames := []*netstack.Frame{nettest.UDP(client, server).Frame(), nettest.UDP(client, server).Frame()}
	r.lane.lookAhead(in, frames)
	var sessions [2]uint64
	for i, f := range frames {
		var o Outcome
		r.lane.decide(i, in, f, r.reply, r.now, &o)
		if sessions[i] = o.Session; o.Verdict != netstack.Pass {
			t.Errorf("packet %d: %v", i, o)
		}
	}
	if sessions[0] == 0 || sessions[0] != sessions[1] {
		t.Errorf("sessions %v, want one", sessions)
	}
}

// A policy that changes between the look and the decision is the one that
// decides.
func TestPolicyChangesWithinABatch(t *testing.T) {
	r := newRig(t, outward())
	pol := r.engine.Load()
	packet := nettest.UDP(client6, server6)
	for _, c := range []struct {
		before, after *Policy
		want          netstack.Reason
	}{{pol, nil, netstack.NotReady}, {nil, pol, netstack.ReasonNone}} {
		f, lane := packet.Frame(), NewLane(r.engine)
		r.engine.Swap(c.before)
		lane.lookAhead(in, []*netstack.Frame{f})
		r.engine.Swap(c.after)
		var o Outcome
		if lane.decide(0, in, f, r.reply, r.now, &o); o.Reason != c.want {
			t.Errorf("%v, want %v", o.Reason, c.want)
		}
	}
}
