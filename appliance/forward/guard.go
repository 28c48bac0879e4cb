package forward

import (
	"sallyport/netstack"
	"sallyport/state"
)

// Challenges that a worker makes to sources under guard: see state.Table. One
// that keeps up with what comes tests nearly everybody; one that is behind must
// first take in what waits, or it loses the clients that are known already. Each
// is no longer than the SYN that asks for it, so they are of no use to who would
// have somebody else flooded.
const (
	challengesPerSecond = 50000
	challengesBehind    = 5000
	challengesBurst     = 100
)

// tests are the limits on challenges, of a worker that keeps up and of one that
// is behind.
type tests [2]bucket

func newTests() tests {
	return tests{newBucket(challengesPerSecond, challengesBurst), newBucket(challengesBehind, challengesBurst)}
}

// challenge makes the answer to the SYN at hand, which the guard has refused,
// and reports whether the limit left it one.
func (l *Lane) challenge(reply *netstack.Frame, now state.Instant) bool {
	limit := &l.tests[0]
	if l.behind {
		limit = &l.tests[1]
	}
	if !limit.take(now) {
		return false
	}
	l.pkt.MakeChallenge(reply, l.engine.Table.Challenge(l.pkt, now))
	return true
}
