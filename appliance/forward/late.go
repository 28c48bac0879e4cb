package forward

import (
	"sallyport/netstack"
	"sallyport/state"
)

// A SYN that nobody asked for and that a mapping does not let in may be half of
// a simultaneous open: its answer waits, and is never given if the other half
// leaves meanwhile (RFC 5382 REQ-4, RFC 6092 REC-34).
const (
	lateBy    = state.Instant(6e9)
	lateMost  = 128 // answers a lane holds: a flood of SYNs gets no more than it could use
	lateBytes = 192 // an answer to any SYN without data is shorter
)

// port4 and port6 are the codes of that answer: port unreachable in ICMP, and
// communication prohibited in ICMPv6 (RFC 6092 REC-34).
const (
	port4 = 3
	port6 = prohibited6
)

// late holds answers until their time has come, in order.
type late struct {
	answers     [lateMost]lateAnswer
	first, held int
}

type lateAnswer struct {
	flow  netstack.FlowKey // of the SYN
	due   state.Instant
	size  int
	bytes [lateBytes]byte
}

// hold keeps the answer in f to the SYN p. A SYN that is sent again is answered
// once.
func (q *late) hold(p *netstack.Packet, f *netstack.Frame, now state.Instant) {
	b := f.Bytes()
	if q.held == lateMost || len(b) > lateBytes || q.has(&p.Flow) {
		return
	}
	a := &q.answers[(q.first+q.held)%lateMost]
	a.flow, a.due, a.size = p.Flow, now+lateBy, copy(a.bytes[:], b)
	q.held++
}

func (q *late) has(flow *netstack.FlowKey) bool {
	for i := range q.held {
		if q.answers[(q.first+i)%lateMost].flow == *flow {
			return true
		}
	}
	return false
}

// next returns when the next answer is due; false if none waits.
func (q *late) next() (state.Instant, bool) { return q.answers[q.first].due, q.held > 0 }

// take takes the answer that is due out; nil if none is.
func (q *late) take(now state.Instant) *lateAnswer {
	a := &q.answers[q.first]
	if q.held == 0 || a.due > now {
		return nil
	}
	q.first, q.held = (q.first+1)%lateMost, q.held-1
	return a
}

// answerLater refuses a SYN to a mapping for now, and prepares its answer, which
// scratch is used for.
func (l *Lane) answerLater(pol *Policy, m *state.Mapped, scratch *netstack.Frame, now state.Instant) {
	p := l.pkt
	if p.Flow.Proto != netstack.TCP || m.QuietSYN || l.joined.whole.Fragments > 0 {
		return
	}
	if p.MakeUnreachable(scratch, pol.source(p), port4, port6) {
		l.late.hold(p, scratch, now)
	}
}

// Late makes in f the next of the answers that were to wait and are still
// wanted, and returns the side that it leaves by; false if there is none now.
func (l *Lane) Late(f *netstack.Frame, now state.Instant) (netstack.Side, bool) {
	for a := l.late.take(now); a != nil; a = l.late.take(now) {
		if l.engine.Table.Has(&a.flow, now) || !l.answers.take(now) {
			continue
		}
		f.Offload = netstack.Offload{}
		f.SetLen(copy(f.Space(), a.bytes[:a.size]))
		return a.flow.In, true
	}
	return 0, false
}

// answerLate sends the answers whose time has come.
func (w *Worker) answerLate() error {
	if w.lane.late.held == 0 {
		return nil
	}
	now := w.clock()
	for _, f := range w.answers {
		side, ok := w.lane.Late(f, now)
		if !ok {
			break
		}
		w.tally.Answers++
		w.out[side] = append(w.out[side], f)
	}
	return w.flush(netstack.Outside)
}

// untilLate returns how long nothing need be done, in the milliseconds of poll:
// for ever if no answer waits.
func (w *Worker) untilLate() int {
	due, waits := w.lane.late.next()
	if !waits {
		return -1
	}
	return int(max(0, due-w.clock())/1e6) + 1
}
