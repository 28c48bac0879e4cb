package state

import (
	"cmp"
	"fmt"
	"slices"

	"sallyport/netstack"
)

// twin is the table as a list: every question walks it. It has its own idea of
// lookup, expiry, counters, translation and mappings; only the trackers are the
// same. Which free port a mapping gets it learns from the table, and checks.
type twin struct {
	max      int
	timeouts Timeouts
	sessions []*twinSession
	mappings []*twinMapping
	ids      map[uint64]bool
	lives    func(id uint64) bool // in the table, which has the choice between equals
}

type twinSession struct {
	whole
	key     [2]netstack.FlowKey
	id      uint64
	mapping *twinMapping
}

type twinMapping struct {
	inside   netstack.FlowKey
	external netstack.Addr
	port     uint16
	uses     int
}

// outcome is what Track and Open say together.
type outcome struct {
	Match
	reason netstack.Reason
}

func (w *twin) find(k netstack.FlowKey) (*twinSession, Direction) {
	for _, s := range w.sessions {
		for d := range Direction(2) {
			if s.key[d] == k {
				return s, d
			}
		}
	}
	return nil, 0
}

func (w *twin) remove(s *twinSession) {
	w.sessions = slices.DeleteFunc(w.sessions, func(o *twinSession) bool { return o == s })
	if m := s.mapping; m != nil {
		if m.uses--; m.uses == 0 {
			w.mappings = slices.DeleteFunc(w.mappings, func(o *twinMapping) bool { return o == m })
		}
	}
}

func (w *twin) expire(now Instant) {
	for _, s := range slices.Clone(w.sessions) {
		if s.expires <= now {
			w.remove(s)
		}
	}
}

// handle says what must become of p, given what the table made of it.
func (w *twin) handle(p *netstack.Packet, a Admission, now Instant, got outcome) outcome {
	w.expire(now)
	if p.ICMP == netstack.ICMPError {
		return w.error(p)
	}
	s, d := w.find(p.Flow)
	if s == nil {
		if r := opens(p); r != netstack.ReasonNone {
			return outcome{reason: r}
		}
		return w.open(p, a, now, got)
	}
	before := s.session
	v := s.judge(d, p)
	if v.effect == asks {
		return w.again(s, d, p, a, now, got)
	}
	if v.effect == reopens {
		s.reopen(w, d, p, now, got)
		d = Reply
	}
	o := outcome{s.match(d), v.reason}
	o.Condition = v.condition
	if v.reason != netstack.ReasonNone {
		return o
	}
	s.carry(d, p, now)
	over := s.phase == timeWait || s.phase == reset
	switch {
	case v.effect == doubts && s.timer != TCPUnverifiedReset && !over:
		s.timer = TCPUnverifiedReset
		s.expires = min(s.expires, now+Instant(w.timeouts[TCPUnverifiedReset]))
	case v.effect != idles && v.effect != doubts && (s.phase != before.phase || !over):
		s.rearm(w, now)
	}
	if ended := s.phase == timeWait || s.phase == reset; s.phase != before.phase && ended && s.flags&reported == 0 && s.flags&Logged != 0 {
		s.flags |= reported
		o.Event = Closed
	}
	if v.effect == reopens && s.flags&Logged != 0 {
		o.Event = Opened
	}
	waited := before.phase == synReceived || before.phase == synSent2
	o.completes = waited && d == Original && (s.phase == established || s.phase == finWait)
	return o
}

// again is a SYN in the place of a session.
func (w *twin) again(s *twinSession, d Direction, p *netstack.Packet, a Admission, now Instant, got outcome) outcome {
	over := s.phase == timeWait || s.phase == reset
	if !s.wouldLeave(d, p.Flow, a) {
		if !over {
			return outcome{s.match(d), netstack.Handshake}
		}
		w.remove(s)
		return w.open(p, a, now, got)
	}
	g := segmentOf(p)
	s.remember(d, &g)
	s.carry(d, p, now)
	if least := now + Instant(w.timeouts[TCPOpening]); (over || s.phase == synSent) && s.expires < least {
		s.timer, s.expires = TCPOpening, least
	}
	return outcome{s.match(d), netstack.ReasonNone}
}

// wouldLeave reports whether a packet of direction d, as the policy admits it,
// leaves as it would as the session's.
func (s *twinSession) wouldLeave(d Direction, k netstack.FlowKey, a Admission) bool {
	m, t := s.match(d), a.Translation
	src, dst, port := k.Src, k.Dst, k.DstPort
	if !t.Dst.IsZero() {
		if dst = t.Dst; t.DstPort != 0 {
			port = t.DstPort
		}
	}
	if t.Pool != nil {
		src = t.Pool.Parts[0].First
	}
	return m.Out == a.Out && m.Leave.Src == src && m.Leave.Dst == dst && m.Leave.DstPort == port &&
		(t.Pool != nil || m.Leave.SrcPort == k.SrcPort)
}

// reopen makes it a session of the SYN that it remembers, with p its SYN-ACK.
func (s *twinSession) reopen(w *twin, d Direction, p *netstack.Packet, now Instant, got outcome) {
	if d == Original {
		s.key[0], s.key[1] = s.key[1], s.key[0]
		s.peer[0], s.peer[1] = s.peer[1], s.peer[0]
		s.dstRule, s.srcRule = s.srcRule, s.dstRule
		if nat := s.flags & (SourceNAT | DestinationNAT); nat == SourceNAT || nat == DestinationNAT {
			s.flags ^= SourceNAT | DestinationNAT
		}
	}
	if w.ids[got.Session] {
		panic(fmt.Sprintf("id %d comes twice", got.Session))
	}
	w.ids[got.Session] = true
	s.id, s.started, s.packets, s.bytes = got.Session, now, [2]uint64{}, [2]uint64{}
	s.flags &^= reported | Replied
	g := segmentOf(p)
	s.beginAnswered(&g)
}

func (s *twinSession) rearm(w *twin, now Instant) {
	s.timer = timerOf(s.key[0].Proto, s.phase)
	s.expires = now + Instant(w.timeouts[s.timer])
}

func (s *twinSession) carry(d Direction, p *netstack.Packet, now Instant) {
	s.packets[d]++
	s.bytes[d] += uint64(p.Len())
	s.seen = now
	if d == Reply {
		s.flags |= Replied
	}
}

func (s *twinSession) match(d Direction) Match {
	o := s.key[1-d]
	leave := netstack.FlowKey{Src: o.Dst, Dst: o.Src, SrcPort: o.DstPort, DstPort: o.SrcPort, Proto: o.Proto, In: s.key[d].In}
	return Match{Session: s.id, Dir: d, Out: o.In, Leave: leave, Rule: s.rule, Generation: s.generation}
}

func (w *twin) error(p *netstack.Packet) outcome {
	q := p.Quoted
	s, d := w.find(netstack.FlowKey{Src: q.Dst, Dst: q.Src, SrcPort: q.DstPort, DstPort: q.SrcPort, Proto: q.Proto, In: p.Flow.In})
	if s == nil {
		return outcome{reason: netstack.ICMPUnrelated}
	}
	m := s.match(d)
	if seq, ok := p.QuotedTCPSeq(); ok {
		if m.Condition = s.quotes(1-d, seq); m.Condition != NoCondition {
			return outcome{m, netstack.ICMPUnrelated}
		}
	}
	s.packets[d]++
	s.bytes[d] += uint64(p.Len())
	m.Quoted = s.key[1-d]
	m.Leave = netstack.FlowKey{Src: p.Flow.Src, Dst: s.key[1-d].Src, Proto: p.Flow.Proto, In: p.Flow.In}
	if s.key[d].Src != s.key[1-d].Dst {
		m.Leave.Src = s.key[1-d].Dst
	}
	return outcome{m, netstack.ReasonNone}
}

// evict removes the session that can best be spared.
func (w *twin) evict() bool {
	least := slices.MinFunc(w.sessions, (*twinSession).compare)
	if least.worth() == kept {
		return false
	}
	for _, s := range w.sessions {
		if s.compare(least) == 0 && !w.lives(s.id) {
			w.remove(s)
			return true
		}
	}
	return false // the table has ended another, which will show
}

// compare puts what can best be spared first.
func (s *twinSession) compare(o *twinSession) int {
	return cmp.Or(-cmp.Compare(s.worth(), o.worth()), cmp.Compare(s.seen, o.seen))
}

func (w *twin) open(p *netstack.Packet, a Admission, now Instant, got outcome) outcome {
	if len(w.sessions) == w.max && !w.evict() {
		return outcome{reason: netstack.StateLimit}
	}
	s := &twinSession{id: got.Session}
	s.key = [2]netstack.FlowKey{p.Flow, p.Flow.Reverse(a.Out)}
	if r := w.translate(s, a.Translation, got); r != netstack.ReasonNone {
		return outcome{reason: r}
	}
	if w.ids[s.id] || s.id == 0 {
		panic(fmt.Sprintf("id %d comes twice, or is no id", s.id))
	}
	w.ids[s.id] = true
	s.rule, s.started, s.flags = a.Rule, now, flagsOf(p.Flow.In, &a)
	s.setKeys(&s.key[0], &s.key[1]) // the trackers', which look at no more than ports
	s.begin(Strict, p)
	s.carry(Original, p, now)
	s.rearm(w, now)
	w.sessions = append(w.sessions, s)
	o := outcome{s.match(Original), netstack.ReasonNone}
	if a.Log {
		o.Event = Opened
	}
	return o
}

func (w *twin) translate(s *twinSession, t netstack.Translation, got outcome) netstack.Reason {
	reply := &s.key[Reply]
	if !t.Dst.IsZero() {
		reply.Src = t.Dst
		if t.DstPort != 0 && (reply.Proto == netstack.TCP || reply.Proto == netstack.UDP) {
			reply.SrcPort = t.DstPort
		}
	}
	if t.Pool == nil {
		if !w.unique(s) {
			return netstack.Untranslatable
		}
		return netstack.ReasonNone
	}
	reply.Dst = t.Pool.Parts[0].First
	if reply.Proto == netstack.GRE {
		if !w.unique(s) {
			return netstack.NATExhausted
		}
		return netstack.ReasonNone
	}
	return w.mapSource(s, t.Pool, got)
}

func (w *twin) unique(s *twinSession) bool {
	other, _ := w.find(s.key[Reply])
	return other == nil && s.key[Reply] != s.key[Original]
}

func (w *twin) mapSource(s *twinSession, pool *netstack.Pool, got outcome) netstack.Reason {
	k := s.key[Original]
	m := &twinMapping{inside: netstack.FlowKey{Src: k.Src, SrcPort: k.SrcPort, Proto: k.Proto, In: k.In}, external: pool.Parts[0].First}
	fits := func(port uint16) bool {
		s.key[Reply].DstPort = port
		return w.unique(s)
	}
	taken, ranges := portTwin{}, pool.Parts[0].Ports
	if k.Proto == netstack.ICMP {
		ranges = []netstack.PortRange{{First: 0, Last: 65535}}
	}
	for _, o := range w.mappings {
		if o.inside == m.inside && o.external == m.external && contain(ranges, o.port) {
			if !fits(o.port) {
				return netstack.NATExhausted
			}
			o.uses++
			s.mapping = o
			return netstack.ReasonNone
		}
		if o.external == m.external && o.inside.Proto == k.Proto {
			taken[o.port] = true
		}
	}
	want, port := k.SrcPort, got.Leave.SrcPort
	wanted := contain(ranges, want) && !taken[want] && fits(want)
	switch {
	case got.Session == 0 && !taken.any(ranges, want, fits):
		return netstack.NATExhausted
	case got.Session == 0, wanted && port != want, !taken.allowed(ranges, want, port, fits):
		panic(fmt.Sprintf("port %d for %v, %v, from %v; taken %v", port, k, got.reason, ranges, taken))
	}
	fits(port)
	m.port, m.uses, s.mapping = port, 1, m
	w.mappings = append(w.mappings, m)
	return netstack.ReasonNone
}
