package state

import (
	"testing"
	"time"

	"sallyport/netstack"
)

// logged makes the rig's policy log.
func logged(r *rig) *rig {
	policy := r.policy
	r.policy = func(p *netstack.Packet) (Admission, bool) {
		a, ok := policy(p)
		a.Log = true
		return a, ok
	}
	return r
}

// fetch returns up to max ended sessions.
func (r *rig) fetch(max int) []Ended {
	ended := make([]Ended, max)
	n, _ := r.Ended(ended)
	return ended[:n]
}

func TestEndsAreOnRecordOnceWithTheirCause(t *testing.T) {
	r := logged(newRig(t, Limits{MaxSessions: 10}))
	opened := r.passes(inside, ask(0))
	again := r.passes(inside, ask(0))
	if opened.Event != Opened || again.Event != NoEvent {
		t.Errorf("events %v, %v", opened.Event, again.Event)
	}
	killed := r.passes(inside, ask(1))
	r.Kill(killed.Session)
	r.after(30*time.Second).Sweep(r.now, 100)
	got := r.fetch(10)
	if len(got) != 2 || got[0].ID != killed.Session || got[0].Cause != CauseKilled ||
		got[1].ID != opened.Session || got[1].Cause != CauseExpired || got[1].Packets[Original] != 2 || got[1].TimeoutLeft != 0 {
		t.Errorf("%+v", got)
	}
	if len(r.fetch(10)) != 0 {
		t.Error("fetched twice")
	}
}

func TestTCPEndsOnRecordWhenItCloses(t *testing.T) {
	for _, c := range []struct {
		way   []segmentSpec
		cause Cause
	}{{timeWaitWay, CauseClosed}, {resetWay, CauseReset}} {
		v := &talk{logged(newMasqueradingRig(t)), 1000, 5000}
		var events []Event
		for _, s := range c.way {
			events = append(events, v.passes(s.build(v)).Event)
		}
		for i, e := range events {
			if want := map[int]Event{0: Opened, len(events) - 1: Closed}[i]; e != want {
				t.Errorf("%v, packet %d: event %v; want %v", c.cause, i, e, want)
			}
		}
		got := v.fetch(10)
		if len(got) != 1 || got[0].Cause != c.cause || got[0].Packets[0]+got[0].Packets[1] != uint64(len(c.way)) {
			t.Errorf("%v: %+v", c.cause, got)
		}
		if v.after(time.Hour).Sweep(v.now, 10); len(v.fetch(10)) != 0 || v.Len() != 0 {
			t.Errorf("%v: told again when the record was reaped", c.cause)
		}
	}
}

func TestUnloggedSessionsEndUnseen(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 10})
	m := r.passes(inside, ask(0))
	r.Kill(m.Session)
	if got := r.fetch(10); len(got) != 0 || m.Event != NoEvent {
		t.Errorf("%v %+v", m.Event, got)
	}
}

func TestEndsNobodyFetchesAreCounted(t *testing.T) {
	r := logged(newRig(t, Limits{MaxSessions: 10}))
	for i := range ringSize + 5 {
		r.Kill(r.passes(inside, ask(i)).Session)
	}
	first := r.fetch(1000)
	r.Kill(r.passes(inside, ask(7)).Session)
	rest := r.fetch(1000)
	if len(first) != 1000 || len(rest) != ringSize-1000+1 || r.Stats().EndedLost != 5 {
		t.Errorf("fetched %d and %d, %d lost", len(first), len(rest), r.Stats().EndedLost)
	}
	if got := first[3].Original; got.Src != address("10.1.0.4") {
		t.Errorf("fourth is %v", got)
	}
}
