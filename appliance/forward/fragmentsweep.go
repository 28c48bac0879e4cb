package forward

import (
	"sallyport/netstack"
	"sallyport/state"
)

// sweepStep is how many datagrams of a side a sweep gives up at most.
const sweepStep = 256

// FragmentSweep gives up datagrams whose time is over, and tells the log of
// fragments that were held in vain, as often as a worker may. It is used by one
// goroutine.
type FragmentSweep struct {
	fragments *state.Fragments
	report    reporter
	losses    [64]state.FragmentLoss
}

// NewFragmentSweep returns one for what e holds.
func NewFragmentSweep(e *Engine, n *Notices) *FragmentSweep {
	return &FragmentSweep{fragments: e.Fragments, report: n.reporter()}
}

// Sweep does it once.
func (s *FragmentSweep) Sweep(now state.Instant) {
	s.fragments.Sweep(now, sweepStep)
	n := s.fragments.Losses(s.losses[:])
	for i := range s.losses[:n] {
		l := &s.losses[i]
		s.report.report(Notice{
			At: l.At, Flow: l.Flow, In: l.Flow.In, Verdict: netstack.Drop, Reason: l.Reason,
			Rule: NoRule, Fragments: l.Fragments,
		})
	}
}
