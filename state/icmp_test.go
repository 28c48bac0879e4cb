package state

import (
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

func Test5508REQ1PingGoesOutMasqueradedAndTheReplyComesBack(t *testing.T) {
	r := newMasqueradingRig(t)
	out := r.passes(inside, nettest.ICMPEcho("10.1.0.5", "1.1.1.1", nettest.ID(77), nettest.Seq(1)))
	r.leaves(out, outside, "icmp 192.0.2.1:77 -> 1.1.1.1:8")
	back := r.passes(outside, nettest.ICMPEchoReply("1.1.1.1", "192.0.2.1", nettest.ID(77), nettest.Seq(1)))
	r.leaves(back, inside, "icmp 1.1.1.1:8 -> 10.1.0.5:77")
	if out.Session != back.Session {
		t.Errorf("out %+v\nback %+v", out, back)
	}
	r.after(time.Minute).refused(outside, nettest.ICMPEchoReply("1.1.1.1", "192.0.2.1", nettest.ID(77)), netstack.NoSession)
}

func TestPing6(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 10})
	out := r.passes(inside, nettest.ICMPEcho("fd00:1::5", "2001:db8::1", nettest.ID(9)))
	r.leaves(out, outside, "icmpv6 [fd00:1::5]:9 -> [2001:db8::1]:128")
	back := r.passes(outside, nettest.ICMPEchoReply("2001:db8::1", "fd00:1::5", nettest.ID(9)))
	r.leaves(back, inside, "icmpv6 [2001:db8::1]:128 -> [fd00:1::5]:9")
}

// Two hosts that picked the same identifier still get their own replies.
func TestPingsOfOneIdentifierAreToldApart(t *testing.T) {
	r := newMasqueradingRig(t)
	a := r.passes(inside, nettest.ICMPEcho("10.1.0.5", "1.1.1.1", nettest.ID(1)))
	b := r.passes(inside, nettest.ICMPEcho("10.1.0.6", "1.1.1.1", nettest.ID(1)))
	if a.Leave.SrcPort != 1 || b.Leave.SrcPort == 1 {
		t.Errorf("%v and %v", a.Leave, b.Leave)
	}
	back := r.passes(outside, nettest.ICMPEchoReply("1.1.1.1", "192.0.2.1", nettest.ID(b.Leave.SrcPort)))
	r.leaves(back, inside, "icmp 1.1.1.1:8 -> 10.1.0.6:1")
}

func TestICMPThatNobodyAskedFor(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 10})
	r.passes(inside, nettest.ICMPEcho("10.1.0.5", "1.1.1.1", nettest.ID(77)))
	r.refused(outside, nettest.ICMPEchoReply("1.1.1.1", "10.1.0.5", nettest.ID(78)), netstack.NoSession)
	r.refused(outside, nettest.ICMPEchoReply("1.1.1.2", "10.1.0.5", nettest.ID(77)), netstack.NoSession)
	r.refused(outside, nettest.ICMP("1.1.1.1", "10.1.0.5", 14, 0, nettest.ID(77)), netstack.NoSession) // timestamp reply
	r.refused(outside, nettest.ICMP("1.1.1.1", "10.1.0.5", 5, 0), netstack.NoSession)                  // redirect
	r.refused(outside, nettest.ICMPEcho("1.1.1.1", "10.1.0.5", nettest.ID(77)), netstack.Policy)
}

// An echo with identifier 8 has a key that is its own reply's: only who asked
// may ask, and only who was asked may reply.
func TestICMPReplyCannotPoseAsAQuery(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 10})
	r.passes(inside, nettest.ICMPEcho("10.1.0.5", "1.1.1.1", nettest.ID(8)))
	r.refused(outside, nettest.ICMPEcho("1.1.1.1", "10.1.0.5", nettest.ID(8)), netstack.NoSession)
	r.refused(inside, nettest.ICMPEchoReply("10.1.0.5", "1.1.1.1", nettest.ID(8)), netstack.NoSession)
	r.passes(outside, nettest.ICMPEchoReply("1.1.1.1", "10.1.0.5", nettest.ID(8)))
}

func TestOtherProtocolsByAddress(t *testing.T) {
	r := newMasqueradingRig(t)
	gre := func(src, dst string) nettest.Packet { return nettest.IP(src, dst, netstack.GRE, nettest.Payload(20)) }
	out := r.passes(inside, gre("10.1.0.5", "1.1.1.1"))
	r.leaves(out, outside, "gre 192.0.2.1 -> 1.1.1.1")
	if v := r.only(); v.State != "single" || v.TimeoutTotal != 2*time.Minute {
		t.Errorf("%+v", v)
	}
	r.leaves(r.passes(outside, gre("1.1.1.1", "192.0.2.1")), inside, "gre 1.1.1.1 -> 10.1.0.5")
	if v := r.only(); v.State != "multiple" || v.TimeoutTotal != 10*time.Minute {
		t.Errorf("%+v", v)
	}
	// Nothing tells a second host's tunnel to the same remote from the first's.
	r.refused(inside, gre("10.1.0.6", "1.1.1.1"), netstack.NATExhausted)
	r.leaves(r.passes(inside, gre("10.1.0.6", "1.1.1.2")), outside, "gre 192.0.2.1 -> 1.1.1.2")
}
