package forward

import (
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
	perSec int64
}

// NewNotices returns a queue of some seconds' notices that lets each worker
// report perSecond refusals a second; 0: none.
func NewNotices(perSecond int) *Notices {
	return &Notices{C: make(chan Notice, 1024), perSec: int64(perSecond)}
}

// reporter is one worker's access to the notices.
type reporter struct {
	to    *Notices
	limit bucket
	mute  bool
}

func (n *Notices) reporter() reporter {
	if n.perSec <= 0 {
		return reporter{to: n, mute: true}
	}
	return reporter{to: n, limit: newBucket(n.perSec, n.perSec)}
}

// report hands n over and reports whether it was taken.
func (r *reporter) report(n Notice) bool {
	if (n.Reason != netstack.ReasonNone || n.Event == state.PassedBy) && (r.mute || !r.limit.take(n.At)) {
		return false
	}
	select {
	case r.to.C <- n:
		return true
	default:
		return false
	}
}
