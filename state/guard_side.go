package state

import (
	"sync/atomic"

	"sallyport/netstack"
)

// guardedSide is the guard against what comes from one side.
type guardedSide struct {
	halfOpen atomic.Int64 // TCP sessions begun from there
	on       atomic.Bool
	since    atomic.Int64 // when it last went on or off
	due      atomic.Int64 // when it is to be asked next whether it may go off
	refused  atomic.Uint64
	proved   atomic.Uint64 // SYNs admitted for coming again, and challenges answered
	settled  atomic.Uint64 // what refused without proved was when it was asked last
}

// The guard is asked every guardEvery whether it may go off, and stays on for
// guardStays: whoever wants can turn it on, and so write a line of the log.
const (
	guardEvery = Instant(1e9)
	guardStays = Instant(10e9)
	// guardLife is how long a half-open session lives, in those intervals.
	guardLife = 30
)

// watches reports whether the guard is on, after a SYN that may turn it so. On
// trial, nothing changes.
func (s *guardedSide) watches(start int64, now Instant, trial bool) bool {
	switch {
	case s.on.Load():
		over := s.over(start, now)
		if !trial {
			s.settle(start, now)
		}
		return !over
	case s.halfOpen.Load() < start:
		return false
	case !trial:
		s.turnOn(now)
	}
	return true
}

func (s *guardedSide) turnOn(now Instant) {
	if s.on.CompareAndSwap(false, true) {
		s.since.Store(int64(now))
		s.settled.Store(s.unproven())
		s.due.Store(int64(now + guardEvery))
	}
}

// over reports whether the guard, which is on, may go off now.
func (s *guardedSide) over(start int64, now Instant) bool {
	if int64(now) < s.due.Load() {
		return false
	}
	kept := int64(s.unproven() - s.settled.Load())
	return start == 0 || s.halfOpen.Load() < (start+1)/2 && kept <= start/guardLife && int64(now-guardStays) >= s.since.Load()
}

// settle turns the guard off if its time is over.
func (s *guardedSide) settle(start int64, now Instant) {
	over, due := s.over(start, now), s.due.Load()
	if int64(now) < due || !s.due.CompareAndSwap(due, int64(now+guardEvery)) {
		return
	}
	s.settled.Store(s.unproven())
	if over && s.on.CompareAndSwap(true, false) {
		s.since.Store(int64(now))
	}
}

// unproven is how many SYNs were refused whose senders have not shown since that
// they are there.
func (s *guardedSide) unproven() uint64 { return s.refused.Load() - s.proved.Load() }

func (s *guardedSide) count(admitted bool) {
	if admitted {
		s.proved.Add(1)
		return
	}
	s.refused.Add(1)
}

// settle turns the guard off on the sides where its time is over, though no SYN
// comes.
func (g *guard) settle(now Instant) {
	for side := range g.sides {
		if s := &g.sides[side]; s.on.Load() {
			s.settle(g.start.Load(), now)
		}
	}
}

// GuardStats is the guard against what comes from one side.
type GuardStats struct {
	Start    int     // the half-open sessions that it goes on at; 0: there is none
	HalfOpen int     // TCP sessions begun from this side whose handshake is not complete
	On       bool    // it is on
	Since    Instant // when it last went on or off; 0: it never did
	Refused  uint64  // SYNs refused so far
}

// Guard returns the state of the guard against what comes from a side.
func (t *Table) Guard(side netstack.Side) GuardStats {
	s := &t.guard.sides[side]
	return GuardStats{
		Start: int(t.guard.start.Load()), HalfOpen: int(s.halfOpen.Load()),
		On: s.on.Load(), Since: Instant(s.since.Load()), Refused: s.refused.Load(),
	}
}
