package state

import (
	"testing"
	"time"
)

// TestReadmit gives a session to another policy, once: who comes with an older
// view of it changes nothing.
func TestReadmit(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 10})
	terms, err := r.Intern(Terms{Profile: Strict, Timeouts: Timeouts{UDPSingle: time.Minute}})
	if err != nil {
		t.Fatal(err)
	}
	loose, err := r.Intern(Terms{Profile: Loose})
	if err != nil {
		t.Fatal(err)
	}
	id := r.passes(inside, ask(0)).Session
	a := Readmission{Rule: 2, Generation: 4, Terms: terms, Log: true, SrcRule: 5}
	if r.Readmit(id, 2, a, r.now) || r.Readmit(id+1, 3, a, r.now) || !r.Readmit(id, 3, a, r.now) || r.Readmit(id, 3, Readmission{}, r.now) {
		t.Error("readmitted by the wrong number")
	}
	v, ok := r.Session(id, r.now)
	if !ok || v.Rule != 2 || v.Generation != 4 || v.SrcRule != 5 || v.Flags&Logged == 0 || v.TimeoutTotal != time.Minute {
		t.Errorf("%+v", v)
	}
	if m := r.passes(inside, ask(0)); m.Rule != 2 || m.Generation != 4 || m.Session != id {
		t.Errorf("%+v", m)
	}
	r.Readmit(id, 4, Readmission{Generation: 5, Terms: loose}, r.now)
	if v := r.only(); v.Profile != Strict || v.Flags&Logged != 0 {
		t.Errorf("%+v: a tracker's knowledge is of one profile", v)
	}
	if _, ok := r.Session(id, r.now+Instant(time.Hour)); ok {
		t.Error("an expired session is shown")
	}
}

// TestRevoke ends a session with its cause on record, if it is still of the
// policy that it was judged under.
func TestRevoke(t *testing.T) {
	r := logged(newRig(t, Limits{MaxSessions: 10}))
	id := r.passes(inside, ask(0)).Session
	if r.Revoke(id, 2, CauseRefused) || !r.Revoke(id, 3, CauseRefused) || r.Revoke(id, 3, CauseRefused) {
		t.Error("revoked by the wrong number")
	}
	if got := r.fetch(10); len(got) != 1 || got[0].Cause != CauseRefused || r.Len() != 0 {
		t.Errorf("%+v", got)
	}
	if r.Stats().Ended[CauseRefused] != 1 {
		t.Errorf("%+v", r.Stats())
	}
}
