package forward

import (
	"sallyport/netstack"
	"sallyport/state"
)

// Challenges that a worker makes to sources under guard: see state.Table. A flood
// of any rate costs no more than these, and each is no longer than the SYN that
// asks for it, so they are of no use to who would have somebody else flooded.
const (
	challengesPerSecond = 5000
	challengesBurst     = 100
)

// challenge makes the answer to the SYN at hand, which the guard has refused,
// and reports whether the limit left it one.
func (l *Lane) challenge(reply *netstack.Frame, now state.Instant) bool {
	if !l.tests.take(now) {
		return false
	}
	l.pkt.MakeChallenge(reply, l.engine.Table.Challenge(l.pkt, now))
	return true
}
