package forward

import (
	"sallyport/netstack"
	"sallyport/state"
)

// Lane is one worker's way through the engine: its scratch space and its
// limits on answers. It is used by one goroutine at a time.
type Lane struct {
	engine  *Engine
	pkt     *netstack.Packet // the view of the packet at hand
	flow    netstack.FlowKey // how it arrived
	views   [batch]view
	places  [batch]state.Place // where the views' packets belong
	answers bucket
	tests   tests
	behind  bool // there is more than a batch to decide
	joined  joined
	late    late
	trace   *Trace // of a rehearsal, nil of a worker
}

// NewLane returns a lane through e.
func NewLane(e *Engine) *Lane {
	l := &Lane{engine: e, answers: newBucket(answersPerSecond, answersBurst), tests: newTests(), joined: newJoined()}
	l.pkt = &l.views[0].pkt
	return l
}

// Packet returns the view of the packet decided last, as it is now.
func (l *Lane) Packet() *netstack.Packet { return l.pkt }

// Flow returns the flow of the packet decided last as it arrived, as far as it
// could be read; of the fragment that completed a datagram, the datagram's. It
// is good until the next call of Decide.
func (l *Lane) Flow() *netstack.FlowKey { return &l.flow }

// Decide looks at the packet in f, which arrived on side in, and rewrites it
// for its way out. If the outcome has Reply set, reply holds the firewall's
// answer, to be sent back to side in.
//
// A fragment is held until its datagram is complete, and the outcome is then
// the datagram's: it has Fragments, and if it passes these are what leaves, and
// l.joined has them until the next call.
func (l *Lane) Decide(in netstack.Side, f, reply *netstack.Frame, now state.Instant) (o Outcome) {
	l.look(0, l.engine.policy.Load(), in, f)
	l.decide(0, in, f, reply, now, &o)
	return o
}

// decide is Decide for the packet of view i. It sets o, which must be zero: like a
// Match, it is too long to be returned by each who is asked.
func (l *Lane) decide(i int, in netstack.Side, f, reply *netstack.Frame, now state.Instant, o *Outcome) {
	pol, v := l.engine.policy.Load(), &l.views[i]
	if l.joined.whole.Fragments > 0 {
		l.joined.whole.Discard() // of a caller who did not want it
	}
	if v.pol != pol {
		l.look(i, pol, in, f)
	}
	p := &v.pkt
	l.pkt = p
	l.flow = p.Flow
	if l.trace != nil {
		l.trace.Arrived = *p
	}
	switch {
	case v.reason != netstack.ReasonNone:
		*o = refuse(v.reason)
		return
	case p.TTL() == 0:
		*o = refuse(netstack.TTLExpired)
		return
	case p.Fragment.Is:
		*o = l.hold(pol, reply, now)
	default:
		l.judge(pol, l.places[i], reply, now, o)
	}
	if o.Generation == 0 {
		o.Generation = pol.Generation
	}
}

// judge decides about a whole packet, whose session is foreseen at this place.
func (l *Lane) judge(pol *Policy, at state.Place, reply *netstack.Frame, now state.Instant, o *Outcome) {
	if r := pol.legal(l.pkt); r != netstack.ReasonNone {
		*o = refuse(r)
		return
	}
	if pol.Rules.IsSYNOnly(l.pkt) {
		*o = l.pastTable(pol, reply, now)
		return
	}
	var m state.Match
	switch r := l.track(pol, at, now, &m); {
	case m.Session == 0 && l.ownAnswer(pol, r):
		*o = l.toSelf(pol, NoRule)
	case r != netstack.ReasonNone && !pol.mayAsk(&m, r):
		*o = refuseIn(&m, r)
	case m.Session != 0 && pol.isOld(&m):
		*o = l.again(pol, &m, reply, now)
	case m.Session != 0:
		l.leave(pol, &m, reply, now, o)
	default:
		*o = l.open(pol, r, reply, now)
	}
}

// track asks the table, and sets m. What the box's kernel could not deliver, it
// says by whichever device its word was steered into; so it is asked for both
// sides.
func (l *Lane) track(pol *Policy, at state.Place, now state.Instant, m *state.Match) netstack.Reason {
	p := l.pkt
	r := l.trackAt(at, now, m)
	if m.Session != 0 || p.ICMP != netstack.ICMPError || !pol.Rules.IsOwn(p.Flow.Src) {
		return r
	}
	p.Flow.In = p.Flow.In.Opposite()
	if r := l.trackAt(l.engine.Table.Foresee(p), now, m); m.Session != 0 {
		return r
	}
	p.Flow.In = p.Flow.In.Opposite()
	return r
}

func (l *Lane) trackAt(at state.Place, now state.Instant, m *state.Match) netstack.Reason {
	if l.trace != nil {
		return l.rehearseTrack(now, m)
	}
	return l.engine.Table.TrackAt(at, l.pkt, now, m)
}

// legal applies what no endpoint may send whatever the policy and the session
// say, before any of them is asked. Only the profile fw1 has its own opinion of
// TCP flags.
func (pol *Policy) legal(p *netstack.Packet) netstack.Reason {
	switch {
	case p.Flow.Proto == netstack.TCP && !pol.flagless && !netstack.ValidTCPFlags(p.TCPFlags):
		return netstack.BadFlags
	case !p.ChecksumOK():
		return netstack.BadChecksum
	}
	return netstack.ReasonNone
}

// refuseIn refuses a packet that may have been found to belong to a session.
func refuseIn(m *state.Match, r netstack.Reason) Outcome {
	o := refuse(r)
	if m.Session != 0 {
		o.Session, o.Rule, o.Generation, o.Condition = m.Session, m.Rule, m.Generation, m.Condition
	}
	return o
}

func refuse(r netstack.Reason) Outcome { return Outcome{Reason: r, Rule: NoRule} }
