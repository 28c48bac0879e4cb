package state

import (
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

const (
	inside  = netstack.Inside
	outside = netstack.Outside
)

func TestUDPGoesOutMasqueradedAndTheAnswerComesBack(t *testing.T) {
	r := newMasqueradingRig(t)
	out := r.passes(inside, nettest.UDP("10.1.0.5:5353", "1.1.1.1:53", nettest.Payload(30)))
	r.leaves(out, outside, "udp 192.0.2.1:5353 -> 1.1.1.1:53")
	back := r.passes(outside, nettest.UDP("1.1.1.1:53", "192.0.2.1:5353", nettest.Payload(100)))
	r.leaves(back, inside, "udp 1.1.1.1:53 -> 10.1.0.5:5353")
	if out.Session != back.Session || out.Dir != Original || back.Dir != Reply {
		t.Errorf("out %+v\nback %+v", out, back)
	}
	v := r.only()
	if v.Packets != [2]uint64{1, 1} || v.Bytes != [2]uint64{58, 128} || v.Rule != 7 || v.Generation != 3 || !v.NAT() {
		t.Errorf("%+v", v)
	}
}

func TestS16UDPBelongsOnlyToTheExactRemoteAndSide(t *testing.T) {
	r := newMasqueradingRig(t)
	r.passes(inside, nettest.UDP("10.1.0.5:5353", "1.1.1.1:53"))
	r.refused(outside, nettest.UDP("1.1.1.1:54", "192.0.2.1:5353"), netstack.Policy)
	r.refused(outside, nettest.UDP("1.1.1.2:53", "192.0.2.1:5353"), netstack.Policy)
	r.refused(outside, nettest.UDP("1.1.1.1:53", "192.0.2.1:5354"), netstack.Policy)
	r.refused(outside, nettest.UDP("1.1.1.1:53", "10.1.0.5:5353"), netstack.Policy)
	// The reply, forged on the inside, is a conversation of its own.
	if m := r.passes(inside, nettest.UDP("1.1.1.1:53", "192.0.2.1:5353")); m.Session == r.list()[0].ID || m.Dir != Original {
		t.Errorf("a packet through the wrong door matched: %+v", m)
	}
}

func TestUDPLivesThirtySecondsUntilAnswered(t *testing.T) {
	ask := nettest.UDP("10.1.0.5:5353", "1.1.1.1:53")
	answer := nettest.UDP("1.1.1.1:53", "192.0.2.1:5353")
	r := newMasqueradingRig(t)
	first := r.passes(inside, ask)
	r.after(30*time.Second).refused(outside, answer, netstack.Policy)
	if r.Len() != 0 {
		t.Error("the lookup that met the expired session left it there")
	}

	second := r.passes(inside, ask)
	if second.Session == first.Session {
		t.Error("an id came twice")
	}
	r.after(30*time.Second-1).passes(outside, answer)
	if v := r.only(); v.State != "multiple" || v.TimeoutTotal != 5*time.Minute || v.TimeoutLeft != 5*time.Minute {
		t.Errorf("%+v", v)
	}
	r.after(5*time.Minute-1).passes(outside, answer)
	r.after(5*time.Minute).refused(outside, answer, netstack.Policy)
}
