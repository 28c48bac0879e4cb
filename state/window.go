package state

import "sallyport/netstack"

// Window is the four bounds of tcp_window.go around a segment, for people: in
// numbers as they are on the wire. The zero Window is no segment's.
type Window struct {
	Seq, End, From, To  uint32 // the segment, and what it may lie in, both ends included
	Ack, AckFrom, AckTo uint32
	Fails               Condition // the bound that it lies outside of
	By                  uint32    // and by how many bytes
	// Next and NextAck are what a segment would have that goes on where its sender
	// was, and acknowledges all that has come.
	Next, NextAck uint32
}

// window returns the bounds for a packet of direction d; the zero Window where
// they are not tested.
func (s *session) window(d Direction, p *netstack.Packet) (w Window) {
	if p.Flow.Proto != netstack.TCP || p.ICMP == netstack.ICMPError {
		return w
	}
	g := segmentOf(p)
	src, dst := &s.peer[d], &s.peer[d.Opposite()]
	w = Window{
		Seq: g.seq, End: src.last(&g), From: src.seqLo - back(dst.maxWin), To: src.limit(),
		Ack: g.sack, AckFrom: dst.seqLo - back(src.maxWin), AckTo: dst.seqLo,
		Next: src.seqLo, NextAck: dst.seqLo,
	}
	w.Fails = src.fails(dst, &g)
	switch w.Fails {
	case BeforeWindow:
		w.By = w.From - w.Seq
	case BeyondWindow:
		w.By = later(w.Seq, w.End) - w.To
	case AcksTooMuch:
		w.By = w.Ack - w.AckTo
	case AcksTooLittle:
		w.By = w.AckFrom - w.Ack
	}
	return w
}

// Expects returns the sequence and acknowledgement number of a segment that goes
// on where its sender was, if there is a session that k is a packet of; not ok if
// there is none.
func (t *Table) Expects(k netstack.FlowKey, now Instant) (seq, ack uint32, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r, d := t.find(&k, now)
	if r == 0 || k.Proto != netstack.TCP {
		return 0, 0, false
	}
	s := t.copy(r)
	return s.peer[d].seqLo, s.peer[d.Opposite()].seqLo, true
}
