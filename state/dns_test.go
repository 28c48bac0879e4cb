package state

import (
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

const resolver = "1.1.1.1:53"

// question and answer are a DNS message with this id; more is the rest of it.
func message(flags byte, id uint16, more int) nettest.Option {
	b := make([]byte, dnsHeader+more)
	b[0], b[1], b[2] = byte(id>>8), byte(id), flags
	return nettest.PayloadBytes(b)
}

func (r *rig) asks(port string, id uint16) Match {
	r.Helper()
	return r.passes(inside, nettest.UDP("10.1.0.5:"+port, resolver, message(0x01, id, 20)))
}

func (r *rig) answers(port string, id uint16) Match {
	r.Helper()
	return r.passes(outside, nettest.UDP(resolver, "10.1.0.5:"+port, message(0x81, id, 100)))
}

// wants the one session in this state, with this many seconds left.
func (r *rig) wants(state string, left time.Duration) {
	r.Helper()
	if v := r.only(); v.State != state || v.TimeoutLeft != left*time.Second {
		r.Fatalf("%s with %v left; want %s with %v s", v.State, v.TimeoutLeft, state, int(left))
	}
}

func TestS16DNSEndsWithItsAnswer(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 10})
	r.asks("4000", 7)
	r.wants("single", 30)
	r.answers("4000", 8)
	r.wants("multiple", 300) // not what was asked: it passes, and ends nothing
	r.answers("4000", 7)
	r.wants("answered", 2)
	r.after(time.Second).answers("4000", 7)
	r.wants("answered", 1) // the same once more prolongs nothing
	r.after(time.Second).refused(outside, nettest.UDP(resolver, "10.1.0.5:4000", message(0x81, 7, 0)), netstack.Policy)
}

// A stub resolver asks for both kinds of address at once.
func TestDNSEndsWithTheLastAnswer(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 10})
	for _, id := range []uint16{7, 8, 7, 9, 10} { // 7 twice: the answer is slow
		r.asks("4000", id)
	}
	for _, id := range []uint16{8, 10, 7} {
		r.answers("4000", id)
		r.wants("multiple", 300)
	}
	r.answers("4000", 9)
	r.wants("answered", 2)
	// The next question is a new conversation, and the rules' to admit.
	first := r.only().ID
	r.asks("4000", 11)
	if v := r.only(); v.ID == first || v.State != "single" {
		t.Errorf("%+v", v)
	}
	r.answers("4000", 11)
	r.policy = func(*netstack.Packet) (Admission, bool) { return Admission{}, false }
	r.refused(inside, nettest.UDP("10.1.0.5:4000", resolver, message(0x01, 12, 0)), netstack.Policy)
}

// What is not understood ends by its timer, as UDP does.
func TestUDPThatNoAnswerEnds(t *testing.T) {
	answer := nettest.UDP(resolver, "10.1.0.5:4000", message(0x81, 7, 0))
	for name, sent := range map[string][]nettest.Packet{
		"too short":        {nettest.UDP("10.1.0.5:4000", resolver, data(11))},
		"an answer":        {nettest.UDP("10.1.0.5:4000", resolver, message(0x80, 7, 0))},
		"other than asked": {nettest.UDP("10.1.0.5:4000", resolver, message(0x01, 8, 0))},
		"five questions": {
			nettest.UDP("10.1.0.5:4000", resolver, message(0x01, 1, 0)), nettest.UDP("10.1.0.5:4000", resolver, message(0x01, 2, 0)),
			nettest.UDP("10.1.0.5:4000", resolver, message(0x01, 3, 0)), nettest.UDP("10.1.0.5:4000", resolver, message(0x01, 4, 0)),
			nettest.UDP("10.1.0.5:4000", resolver, message(0x01, 7, 0)),
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, Limits{MaxSessions: 10})
			for _, p := range sent {
				r.passes(inside, p)
			}
			r.passes(outside, answer)
			r.wants("multiple", 300)
		})
	}
	r := newRig(t, Limits{MaxSessions: 10})
	r.passes(inside, nettest.UDP("10.1.0.5:4000", "1.1.1.1:5353", message(0x01, 7, 0)))
	r.passes(outside, nettest.UDP("1.1.1.1:5353", "10.1.0.5:4000", message(0x81, 7, 0)))
	r.wants("multiple", 300)
	r = newRig(t, Limits{MaxSessions: 10})
	r.passes(inside, nettest.UDP("10.1.0.5:4000", resolver, message(0x01, 7, 0)))
	r.passes(outside, nettest.UDP(resolver, "10.1.0.5:4000", data(11)))
	r.passes(outside, nettest.UDP(resolver, "10.1.0.5:4000", message(0x01, 7, 0))) // asks back
	r.wants("multiple", 300)
}

// Of five questions one is not counted, so nobody knows which answer is the last.
func TestDNSWithMoreQuestionsThanAreCounted(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 10})
	for id := range uint16(5) {
		r.asks("4000", id)
	}
	for id := range uint16(5) {
		r.answers("4000", id)
	}
	r.wants("multiple", 300)
}

// The end is on record when the answer passes.
func TestDNSEndIsReported(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 10})
	r.policy = func(p *netstack.Packet) (Admission, bool) { return Admission{Out: outside, Log: true}, true }
	if m := r.asks("4000", 7); m.Event != Opened {
		t.Error(m.Event)
	}
	if m := r.answers("4000", 7); m.Event != Closed {
		t.Error(m.Event)
	}
	ended := make([]Ended, 3)
	if n, _ := r.Ended(ended); n != 1 || ended[0].Cause != CauseClosed || ended[0].Packets != [2]uint64{1, 1} {
		t.Errorf("%d: %+v", n, ended[0])
	}
	r.asks("4000", 8)
	if s := r.Stats(); s.Sessions != 1 || s.Ended[CauseReplaced] != 1 {
		t.Errorf("%+v", s)
	}
	if n, _ := r.Ended(ended); n != 0 {
		t.Errorf("the end is told again: %+v", ended[0])
	}
}
