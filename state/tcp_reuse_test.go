package state

import (
	"testing"
	"time"

	"sallyport/netstack"
)

func TestTCPANewSYNReplacesWhatIsOver(t *testing.T) {
	for name, c := range map[string]struct {
		way []segmentSpec
		syn segmentSpec
	}{
		"unanswered SYN given up":    {synSentWay, fromClient("S", 100000, 0)},
		"time-wait, next number":     {timeWaitWay, fromClient("S", 2, 0)},
		"time-wait, a higher number": {timeWaitWay, fromClient("S", 100000, 0)},
		"reset, any number":          {resetWay, fromClient("S", 0xffff0000, 0)},
	} {
		for _, start := range starts {
			v := newTalk(t, start, c.way)
			old := v.only()
			in, p := c.syn.build(v)
			m := v.passes(in, p)
			if now := v.only(); now.ID == old.ID || m.Session != now.ID || now.State != "syn-sent" || now.Packets != [2]uint64{1, 0} {
				t.Errorf("%s from %#x: %+v, then %+v", name, start, old, now)
			}
			if s := v.Stats(); s.Ended[CauseReplaced] != 1 || s.Mappings != 1 {
				t.Errorf("%s: %+v", name, s)
			}
		}
	}
}

func TestTCPASYNThatThePolicyRefusesReplacesNothing(t *testing.T) {
	v := newTalk(t, starts[0], timeWaitWay)
	before := v.only()
	v.policy = func(*netstack.Packet) (Admission, bool) { return Admission{}, false }
	in, p := fromClient("S", 100000, 0).build(v)
	v.refused(in, p, netstack.Policy)
	if after := v.only(); after != before {
		t.Errorf("from %+v\nto   %+v", before, after)
	}
}

func TestTCPTimers(t *testing.T) {
	for _, c := range []struct {
		name  string
		way   []segmentSpec
		total time.Duration
	}{
		{"syn-sent", synSentWay, 30 * time.Second},
		{"syn-sent2", crossingWay, 30 * time.Second},
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
		in, p := fromClient("A", 2, 2).build(v)
		v.after(time.Second).passes(in, p)
		if w := v.only(); w.State != name || w.TimeoutLeft != left-time.Second {
			t.Errorf("%s: %+v", name, w)
		}
	}
}

// A refused packet must not keep a session alive either.
func TestTCPRefusedPacketsDoNotRefresh(t *testing.T) {
	v := newTalk(t, starts[0], establishedWay)
	in, p := fromServer("R", 100000, 0).build(v)
	v.after(time.Hour).refused(in, p, netstack.RSTInvalid)
	if w := v.only(); w.TimeoutLeft != time.Hour+4*time.Minute {
		t.Errorf("%+v", w)
	}
}
