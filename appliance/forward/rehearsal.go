package forward

import (
	"sallyport/netstack"
	"sallyport/policy"
	"sallyport/state"
)

// Rehearsal says what would become of packets: they go the way of every packet,
// through a lane that has a trace, and what they would change stays as it is. It
// is used by one goroutine at a time.
type Rehearsal struct {
	live *Engine
	lane *Lane
	of   *Policy // that the lane's policy is made of
}

// NewRehearsal returns a rehearsal on e.
func NewRehearsal(e *Engine) *Rehearsal {
	r := &Rehearsal{live: e, lane: NewLane(new(Engine))}
	r.lane.trace = new(Trace)
	return r
}

// Trace is what a packet has met on its way, and in which order.
type Trace struct {
	Stage   Stage            // that had the last word
	Arrived netstack.Packet  // the view of the packet as it arrived; its frame is the caller's
	Flow    netstack.FlowKey // of the datagram that was judged
	// Tracked is what the table has said; nil if it was not asked.
	Tracked *Tracked
	// Mapped is the mapping that the packet is addressed to, nil if there is none.
	Mapped *state.Mapped
	// Decision is what the policy has said, nil if it was not asked or its word did
	// not count. Lookups are its searches, in order.
	Decision *policy.Decision
	policy.Witness
	Admission state.Admission // of the Decision
	// Again is what the policy says of a session that an earlier one let in.
	Again *policy.Decision
	// Opened is what the table has made of it.
	Opened *Tracked
	Whole  bool // the packet is the last fragment of its datagram, and that was judged
}

// Tracked is an answer of the table.
type Tracked struct {
	Match  state.Match
	Reason netstack.Reason
	Sight  state.Sight
}

// Stage is a stage of a packet's way.
type Stage uint8

const (
	AtStart     Stage = iota // there is no policy yet
	AtParse                  // its headers
	AtTTL                    // the hops that are left to it
	AtSource                 // where it comes from, and whether its IP version passes
	AtFragments              // the rest of its datagram
	AtLegal                  // checksum and TCP flags
	AtSession                // the session that it is of
	AtMapping                // the filtering of a mapping
	AtPolicy                 // translation of its destination, rules
	AtProfile                // whether it may begin a session
	AtOpen                   // limits, and translation of its source
	AtMTU                    // its size
	AtSelf                   // it is given to the box
	AtLeave                  // it leaves
)

// Decide says what would become of the packet in f, which arrives on side in: see
// Lane.Decide. f is then as it would leave. The trace is good until the next call.
func (r *Rehearsal) Decide(in netstack.Side, f, reply *netstack.Frame, now state.Instant) (Outcome, *Trace) {
	t, l := r.lane.trace, r.lane
	*t = Trace{}
	r.follow(r.live.Load())
	l.engine.Table, l.engine.Fragments = r.live.Table, r.live.Fragments
	l.late.held = 0
	l.answers, l.tests = newBucket(answersPerSecond, answersBurst), newTests()
	o := l.Decide(in, f, reply, now)
	t.Flow, t.Stage = l.flow, l.stage(&o)
	l.joined.whole.Discard()
	return o, t
}

// follow makes the lane's policy one like pol that tells the trace what it is
// asked, and whose rules count for nobody.
func (r *Rehearsal) follow(pol *Policy) {
	if pol == nil || pol == r.of {
		r.of = pol
		if pol == nil {
			r.lane.engine.policy.Store(nil)
		}
		return
	}
	watched := *pol
	watched.Rules, watched.hits = pol.Rules.Witnessed(&r.lane.trace.Witness), []*hits{new(hits)}
	r.lane.engine.policy.Store(&watched)
	r.of = pol
}

// stage finds out which had the last word about the packet.
func (l *Lane) stage(o *Outcome) Stage {
	t, v := l.trace, &l.views[0]
	beforeRules := t.Decision == nil && (o.Reason == netstack.Spoofed || o.Reason == netstack.NoRoute)
	switch {
	case v.pol == nil:
		return AtStart
	case v.reason != netstack.ReasonNone:
		return AtParse
	case beforeRules:
		return AtSource
	case o.Verdict == netstack.Pass && t.Opened == nil && (t.Tracked == nil || t.Tracked.Match.Session == 0):
		return AtSelf
	case o.Verdict == netstack.Pass:
		return AtLeave
	case o.Reason == netstack.TooBig:
		return AtMTU
	case t.Opened != nil:
		return AtOpen
	case t.Decision != nil, t.Again != nil:
		return AtPolicy
	case len(t.Lookups) > 0 && t.Tracked != nil:
		return l.refusedAsked(o)
	case t.Tracked != nil:
		return AtSession
	case t.Whole:
		return AtLegal
	case t.Arrived.Fragment.Is:
		return AtFragments
	case o.Reason == netstack.TTLExpired:
		return AtTTL
	}
	return AtLegal
}

// refusedAsked is the stage of a packet that was refused although the policy was
// asked, and its word did not count.
func (l *Lane) refusedAsked(o *Outcome) Stage {
	switch {
	case o.Reason == netstack.NATFiltered:
		return AtMapping
	case o.Rule != NoRule:
		return AtPolicy
	}
	return AtProfile
}

// rehearseTrack is Table.TrackAt in a rehearsal.
func (l *Lane) rehearseTrack(now state.Instant, m *state.Match) netstack.Reason {
	found, r, s := l.engine.Table.RehearseTrack(l.pkt, now)
	if t := l.trace; t.Tracked == nil || found.Session != 0 {
		t.Tracked = &Tracked{found, r, s}
	}
	*m = found
	return r
}

// rehearseOpen is Table.Open in a rehearsal.
func (l *Lane) rehearseOpen(a *state.Admission, now state.Instant, m *state.Match) netstack.Reason {
	found, r, s := l.engine.Table.RehearseOpen(l.pkt, *a, now)
	l.trace.Opened = &Tracked{found, r, s}
	*m = found
	return r
}

// decided keeps what the policy has said.
func (t *Trace) decided(d *policy.Decision, a *state.Admission) {
	said := *d
	t.Decision, t.Admission = &said, *a
}
