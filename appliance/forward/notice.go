package forward

import (
	"sync/atomic"

	"sallyport/netstack"
	"sallyport/state"
)

// Notice tells the log of one packet: that it was refused, that it opened or
// closed a session whose rule logs, or that it passed without a session.
type Notice struct {
	At      state.Instant
	Flow    netstack.FlowKey // as the packet arrived; zero if it could not be parsed
	In      netstack.Side
	Verdict netstack.Verdict
	Reason  netstack.Reason
	// Condition is that of the Outcome.
	Condition state.Condition
	Event     state.Event
	Rule      uint32
	// Generation is of the policy that Rule counts in.
	Generation uint32
	Session    uint64
	// Fragments is how many fragments the packet is, 0 if it is none.
	Fragments int
	// Fault and Stack are of a panic in the worker (Reason Internal).
	Fault any
	Stack []byte
}

// Notices hands notices from the workers to whoever logs them. It never
// blocks a worker: what does not fit, and all but sessions beyond a rate, are
// only counted, so that nobody outside can multiply log lines.
type Notices struct {
	C      chan Notice
	perSec atomic.Int64
}

// NewNotices returns a queue of some seconds' notices that lets each worker
// report perSecond refusals a second; 0: none.
func NewNotices(perSecond int) *Notices {
	n := &Notices{C: make(chan Notice, 1024)}
	n.SetRate(perSecond)
	return n
}

// SetRate lets each worker report so many refusals a second from now on.
func (n *Notices) SetRate(perSecond int) { n.perSec.Store(int64(perSecond)) }

// reporter is one worker's access to the notices.
type reporter struct {
	to    *Notices
	limit bucket
	rate  int64 // that limit is of
}

func (n *Notices) reporter() reporter { return reporter{to: n} }

// takes reports whether one more refusal may be reported.
func (r *reporter) takes(now state.Instant) bool {
	rate := r.to.perSec.Load()
	if rate <= 0 {
		return false
	}
	if rate != r.rate {
		r.limit, r.rate = newBucket(rate, rate), rate
	}
	return r.limit.take(now)
}

// report hands n over and reports whether it was taken.
func (r *reporter) report(n Notice) bool {
	if (n.Reason != netstack.ReasonNone || n.Event == state.PassedBy) && !r.takes(n.At) {
		return false
	}
	select {
	case r.to.C <- n:
		return true
	default:
		return false
	}
}
