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
	engine *Engine
	report reporter
	losses [64]state.FragmentLoss
}

// NewFragmentSweep returns one for what e holds.
func NewFragmentSweep(e *Engine, n *Notices) *FragmentSweep {
	return &FragmentSweep{engine: e, report: n.reporter()}
}

// Sweep does it once.
func (s *FragmentSweep) Sweep(now state.Instant) {
	s.engine.Fragments.Sweep(now, sweepStep)
	n := s.engine.Fragments.Losses(s.losses[:])
	for i := range s.losses[:n] {
		l := &s.losses[i]
		if s.engine.Load().vanishes(l.Reason) {
			continue
		}
		s.report.report(Notice{
			At: l.At, Flow: l.Flow, In: l.Flow.In, Verdict: netstack.Drop, Reason: l.Reason,
			Rule: NoRule, Fragments: l.Fragments,
		})
	}
}
