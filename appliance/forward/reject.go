package forward

import (
	"sallyport/netstack"
	"sallyport/state"
)

// Codes of "communication administratively prohibited": RFC 1812 section
// 5.2.7.1 and RFC 4443 section 3.1.
const (
	prohibited4 = 13
	prohibited6 = 1
)

// Answers the firewall makes itself, a worker: enough for people and path MTU
// discovery, too few to be of use as a reflector (RFC 1812 section 4.3.2.8).
const (
	answersPerSecond = 500
	answersBurst     = 100
)

// reject drops the packet and, within the limit, tells its sender.
func (l *Lane) reject(pol *Policy, rule uint32, why netstack.Reason, reply *netstack.Frame, now state.Instant) Outcome {
	p := l.pkt
	o := Outcome{Verdict: netstack.Reject, Reason: why, Rule: rule}
	switch {
	case !l.answers.take(now):
	case p.Flow.Proto == netstack.TCP:
		o.Reply = p.MakeReset(reply)
	default:
		o.Reply = p.MakeUnreachable(reply, pol.source(p), prohibited4, prohibited6)
	}
	return o
}

// deny tells the sender of a packet that there is no external endpoint for it,
// or that it has its quota of them (RFC 5508 REQ-8, RFC 6888 REQ-11). It reports
// whether the limit left it an answer.
func (l *Lane) deny(pol *Policy, reply *netstack.Frame, now state.Instant) bool {
	return l.answers.take(now) && l.asSent(pol).MakeUnreachable(reply, pol.source(l.pkt), prohibited4, prohibited6)
}

// bucket is a token bucket: rate tokens a second, at most burst at once.
type bucket struct {
	interval state.Instant // between tokens
	depth    state.Instant // burst times interval
	full     state.Instant // when the bucket would be full again
}

func newBucket(rate, burst int64) bucket {
	interval := state.Instant(1e9 / rate)
	return bucket{interval: interval, depth: interval * state.Instant(burst)}
}

// take takes a token if there is one.
func (b *bucket) take(now state.Instant) bool {
	next := max(b.full, now) + b.interval
	if next > now+b.depth {
		return false
	}
	b.full = next
	return true
}
