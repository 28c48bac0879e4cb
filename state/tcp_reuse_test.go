package state

import (
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// newSYNs are SYNs for a new connection in each phase: none of them repeats the
// conversation's own.
var newSYNs = map[string][]segmentSpec{
	"syn-sent": synSentWay, "syn-sent2": synSent2Way, "syn-received": synReceivedWay, "established": establishedWay,
	"fin-wait": finWaitWay, "close-wait": closeWaitWay, "closing": closingWay, "last-ack": lastAckWay,
	"time-wait": timeWaitWay, "reset": resetWay,
}

func TestS12ANewSYNIsTheRuleBasesToJudge(t *testing.T) {
	for state, way := range newSYNs {
		for _, start := range starts {
			v := newTalk(t, start, way)
			before, peers := v.only(), v.peers()
			v.policy = func(*netstack.Packet) (Admission, bool) { return Admission{}, false }
			v.refuses(fromClient("S", 100000, 0), netstack.Policy)
			v.refuses(fromServer("S", 100000, 0, nettest.Window(1)), map[bool]netstack.Reason{true: netstack.Policy, false: none}[state != "syn-sent"])
			if after := v.only(); state != "syn-sent" && (after != before || v.peers() != peers) {
				t.Errorf("%s from %#x: refused, and yet\nfrom %+v\nto   %+v", state, start, before, after)
			}
		}
	}
}

// An admitted one passes as the session's packet, and disturbs nothing.
func TestS12ANewSYNDisturbsNothing(t *testing.T) {
	for state, way := range newSYNs {
		for _, start := range starts {
			v := newTalk(t, start, way)
			before := v.only()
			v.leaves(v.passes(fromClient("S", 100000, 0).build(v)), outside, "tcp 192.0.2.1:40000 -> 1.1.1.1:443")
			after := v.only()
			if after.ID != before.ID || after.State != state || after.Packets[Original] != before.Packets[Original]+1 {
				t.Errorf("%s from %#x: from %+v\nto   %+v", state, start, before, after)
			}
			if v.live() && state != "syn-sent" && after.TimeoutLeft != before.TimeoutLeft {
				t.Errorf("%s: %v left, before %v", state, after.TimeoutLeft, before.TimeoutLeft)
			}
		}
	}
	judge(t, append(establishedWay[:3:3], fromClient("S", 100000, 0)), []tcpCase{
		{"the endpoint's challenge ACK", fromServer("A", 1, 1), belongs, "established"},
		{"the conversation goes on", fromClient("PA", 1, 1, data(10)), belongs, "established"},
		{"the RST of one who is surprised by the challenge", fromClient("R", 1, 0), belongs, "reset"},
		{"the RST of one who knows no conversation", fromServer("RA", -starts[0][1], 100001), belongs, "reset"},
		{"a RST that acknowledges another SYN", fromServer("RA", 0x20000, 100002), invalid(BeyondWindow), "established"},
		{"a SYN-ACK for another SYN", fromServer("SA", 0x20000, 100002), refused(netstack.Handshake), "established"},
	})
}

// agrees has the server accept the client's new SYN, and the client confirm.
func (v *talk) agrees(seq uint32) {
	v.Helper()
	old := v.only()
	v.passes(fromClient("S", seq, 0, scale(3), nettest.Window(2000)).build(v))
	m := v.passes(fromServer("SA", 900000, seq+1, scale(2), nettest.Window(3000)).build(v))
	w := v.only()
	if w.ID == old.ID || m.Session != w.ID || w.State != "syn-received" || w.Started != v.now || w.TimeoutLeft != 30*time.Second {
		v.Fatalf("from %+v\nto   %+v", old, w)
	}
	v.passes(fromServer("PA", 900001, seq+1, data(60000)).build(v)) // early
	v.passes(fromClient("A", seq+1, 900001, nettest.Window(100)).build(v))
	v.passes(fromServer("PA", 900001, seq+1, data(800)).build(v))
	v.refuses(fromServer("PA", 900001+0x10000, seq+1, data(10)), netstack.OutOfWindow)
	v.refuses(fromServer("PA", 1, 1, data(10)), netstack.OutOfWindow) // of the old one
	if w := v.only(); w.State != "established" || w.Packets != [2]uint64{1, 3} || w.Flags != SourceNAT|Replied {
		v.Errorf("%+v", w)
	}
}

func TestS12TheOtherEndAgreesToANewSYN(t *testing.T) {
	for state, way := range newSYNs {
		if state == "syn-sent2" {
			continue // as syn-received
		}
		for _, start := range starts {
			v := newTalk(t, start, way)
			opened := v.Stats().Opened
			v.after(5 * time.Second)
			v.agrees(100000)
			if s := v.Stats(); s.Ended[CauseReplaced] != 1 || s.Opened != opened+1 || s.Mappings != 1 || s.Sessions != 1 || s.HalfOpen != 0 {
				t.Errorf("%s from %#x: %+v", state, start, s)
			}
			checkInvariants(t, v.Table)
		}
	}
}

// RFC 6191: whether a SYN with a lower number is a new connection's, the end in
// TIME-WAIT can tell by the timestamp. It may also still want its FIN
// acknowledged.
func TestS15TimeWaitIsTheEndpointsToEnd(t *testing.T) {
	for _, seq := range []uint32{2, 3, 100000, 1, 0, 0xffff0000} {
		for _, start := range starts {
			v := newTalk(t, start, timeWaitWay)
			v.after(115 * time.Second)
			v.agrees(seq)
			v = newTalk(t, start, timeWaitWay)
			v.passes(fromClient("S", seq, 0).build(v))
			v.passes(fromServer("FA", 1, 2).build(v))
		}
	}
}

// The SYN's sender is the old conversation's other end: the new one goes the
// other way.
func TestS12ANewSYNFromTheOtherEnd(t *testing.T) {
	for _, start := range starts {
		r := newRig(t, Limits{MaxSessions: 10})
		r.policy = func(p *netstack.Packet) (Admission, bool) {
			a := Admission{Rule: 7, Generation: 3, Out: p.Flow.In.Opposite(), Log: true}
			a.Translation.DstRule, a.Translation.SrcRule = 1, 2 // by name only
			return a, true
		}
		v := &talk{r, start[0], start[1]}
		for _, s := range establishedWay {
			r.passes(s.plain(v))
		}
		old := r.only()
		r.passes(fromServer("S", 70000, 0, scale(5)).plain(v))
		m := r.passes(fromClient("SA", 80000, 70001, scale(6)).plain(v))
		if p := v.peers(); p[Original].scale != 5 || p[Reply].scale != 6 {
			t.Errorf("%+v", p)
		}
		r.passes(fromServer("A", 70001, 80001).plain(v))
		w := r.only()
		if w.Original != old.Reply || w.Reply != old.Original || w.State != "established" || m.Dir != Reply || m.Event != Opened || w.DstRule != 2 || w.SrcRule != 1 {
			t.Errorf("from %#x: %+v, %+v", start, w, m)
		}
		ended := make([]Ended, 3)
		if n, _ := r.Ended(ended); n != 1 || ended[0].ID != old.ID || ended[0].Cause != CauseReplaced {
			t.Errorf("%d: %+v", n, ended)
		}
		if r.Kill(w.ID); r.ended.held != 1 {
			t.Errorf("the new session's end is not on record")
		}
		checkInvariants(t, r.Table)
	}
}

// Only the last new SYN is remembered, and whose it is.
func TestS12OneNewSYNAfterAnother(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 10})
	r.policy = func(p *netstack.Packet) (Admission, bool) { return Admission{Out: p.Flow.In.Opposite()}, true }
	v := &talk{r, 1000, 5000}
	for _, s := range establishedWay {
		r.passes(s.plain(v))
	}
	r.passes(fromClient("S", 100000, 0, data(10)).plain(v))
	if p := v.peers(); !p[Original].has(newSYN | newData) {
		t.Errorf("%+v", p)
	}
	r.passes(fromClient("S", 200000, 0).plain(v))
	if p := v.peers(); !p[Original].has(newSYN) || p[Original].has(newData) {
		t.Errorf("%+v", p)
	}
	r.passes(fromServer("S", 300000, 0).plain(v))
	if p := v.peers(); p[Original].flags != 0 || p[Reply].flags != newSYN {
		t.Errorf("%+v", p)
	}
}

// The other end has a conversation that the firewall does not know: its
// challenge passes, and the RST that answers it.
func TestS12HalfOpenIsRecovered(t *testing.T) {
	for _, state := range []string{"established", "time-wait", "reset"} {
		way := newSYNs[state]
		way = append(way[:len(way):len(way)], fromClient("S", 100000, 0))
		judge(t, way, []tcpCase{
			{"challenge ACK", fromServer("A", 700000, 800000), idle, state},
			{"data of that conversation", fromServer("PA", 700000, 800000, data(1)), beyond, state},
			{"a bare ACK of the SYN completes nothing", fromServer("A", 700000, 100001), beyond, state},
			{"SYN-ACK for a SYN not remembered", fromServer("SA", 700000, 800000), refused(netstack.Handshake), state},
			{"RST unasked for", fromClient("R", 800000, 0), invalid(BeyondWindow), state},
		})
		judge(t, append(way[:len(way):len(way)], fromServer("A", 700000, 800000)), []tcpCase{
			{"RST that answers the challenge", fromClient("R", 800000, 0), idle, state},
		})
	}
}

// An end that goes on with the old conversation has not sent the new SYN: from
// then on nothing waits for an answer to it.
func TestS12ANewSYNIsForgottenWhenTheOldConversationGoesOn(t *testing.T) {
	judge(t, append(establishedWay[:3:3], fromClient("S", 100000, 0), fromClient("A", 1, 1)), []tcpCase{
		{"challenge ACK", fromServer("A", 700000, 800000), beyond, "established"},
		{"SYN-ACK", fromServer("SA", 700000, 100001), refused(netstack.Handshake), "established"},
	})
	judge(t, append(establishedWay[:3:3], fromClient("S", 100000, 0), fromServer("A", 1, 1)), []tcpCase{
		{"SYN-ACK", fromServer("SA", 700000, 100001), ruling{effect: reopens}, "syn-received"},
	})
}

// A session that is over lives as long as a new one would, for the answer to a
// new SYN; no longer, and no shorter than it would have.
func TestS15ANewSYNLeavesTimeForItsAnswer(t *testing.T) {
	for _, c := range []struct{ after, left time.Duration }{
		{time.Second, 119 * time.Second}, {100 * time.Second, 30 * time.Second},
	} {
		v := newTalk(t, starts[0], timeWaitWay)
		v.after(c.after).passes(fromClient("S", 100000, 0).build(v))
		if w := v.only(); w.TimeoutLeft != c.left {
			t.Errorf("after %v: %v left; want %v", c.after, w.TimeoutLeft, c.left)
		}
	}
}

// Data in the new SYN may be acknowledged with it (RFC 7413), and no more.
func TestS12ANewSYNWithData(t *testing.T) {
	v := newTalk(t, starts[1], append(establishedWay[:3:3], fromClient("S", 100000, 0, data(500))))
	v.passes(fromServer("SA", 900000, 100501).build(v))
	v = newTalk(t, starts[1], append(establishedWay[:3:3], fromClient("S", 100000, 0)))
	v.refuses(fromServer("SA", 900000, 100501), netstack.Handshake)
}

// The policy has changed, and sends the new connection elsewhere: it does not
// pass as the old one's.
func TestS12ANewSYNThatTheRulesSendElsewhere(t *testing.T) {
	for state, way := range newSYNs {
		v := newTalk(t, starts[0], way)
		old := v.only()
		v.policy = forward("198.51.100.7", 0, outside, pool("192.0.2.1", 1024, 65535))
		if !v.live() {
			v.leaves(v.passes(fromClient("S", 100000, 0).build(v)), outside, "tcp 192.0.2.1:40000 -> 198.51.100.7:443")
			continue
		}
		v.refuses(fromClient("S", 100000, 0), netstack.Handshake)
		if now := v.only(); now != old {
			t.Errorf("%s: from %+v\nto   %+v", state, old, now)
		}
	}
}

func TestTCPTimers(t *testing.T) {
	for _, c := range []struct {
		name  string
		way   []segmentSpec
		total time.Duration
	}{
		{"syn-sent", synSentWay, 30 * time.Second},
		{"syn-sent2", synSent2Way, 30 * time.Second},
		{"syn-received", synReceivedWay, 30 * time.Second},
		{"established", establishedWay, 2*time.Hour + 4*time.Minute},
		{"fin-wait", finWaitWay, 2*time.Hour + 4*time.Minute},
		{"close-wait", closeWaitWay, 2*time.Hour + 4*time.Minute},
		{"closing", closingWay, 2 * time.Minute},
		{"last-ack", lastAckWay, 2 * time.Minute},
		{"time-wait", timeWaitWay, 2 * time.Minute},
		{"reset", resetWay, 10 * time.Second},
	} {
		v := newTalk(t, starts[0], c.way)
		if w := v.only(); w.State != c.name || w.TimeoutTotal != c.total || w.TimeoutLeft != c.total {
			t.Errorf("%s: %+v", c.name, w)
		}
		if v.after(c.total - 1); len(v.list()) != 1 {
			t.Errorf("%s: gone before its time", c.name)
		}
		if v.after(1); len(v.list()) != 0 {
			t.Errorf("%s: there after its time", c.name)
		}
	}
}

func TestS15StragglersDoNotProlongWhatIsOver(t *testing.T) {
	for name, way := range map[string][]segmentSpec{"time-wait": timeWaitWay, "reset": resetWay} {
		v := newTalk(t, starts[0], way)
		left := v.only().TimeoutLeft
		v.after(time.Second).passes(fromClient("A", 1, 1).build(v))
		if w := v.only(); w.State != name || w.TimeoutLeft != left-time.Second {
			t.Errorf("%s: %+v", name, w)
		}
	}
}
