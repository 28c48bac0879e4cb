package state

import "sallyport/netstack"

// The short way
//
// Nearly all packets go on with a conversation that is under way: segments of an
// established connection that do nothing but acknowledge, and perhaps carry data;
// datagrams, where the answer to them has been seen or is not there yet. For
// these there is a short way, in the fewest steps. It only ever says yes, where
// judge says belongs and the phase stays what it is; what else a packet may be,
// and what is wrong with it, judge finds out. TestShortWay holds the one against
// the other.
//
// The session's lock is held on the short way, and nobody else gives it back:
// so nothing there may panic. A TCP header is read before; what else is asked of
// the packet, such as its length, is of a view that has been read by then.

// goOn has session s see p, of direction d, whose segment is g if it is one. If
// it returns false, p is not of the short way, and nothing has changed.
func (t *Table) goOn(s *session, d Direction, p *netstack.Packet, g *segment, now Instant) bool {
	terms := t.termsOf(s)
	if s.expires <= now || terms.Profile == FW1 || !s.goesOn(d, p.Flow.Proto, g) {
		return false
	}
	if s.pass(d, p, now); s.flags&(ThroughMapping|Replied) != ThroughMapping {
		s.expires = now + Instant(terms.Timeouts[s.timer])
	}
	return true
}

// goesOn is goOn but for counters and the timer, which must be that of the phase.
func (s *session) goesOn(d Direction, proto netstack.Protocol, g *segment) bool {
	switch proto {
	case netstack.TCP:
		return s.phase == established && s.timer == TCPEstablished && g.kind() == ack && s.flows(d, g)
	case netstack.UDP:
		both := s.phase == multiple && s.timer == UDPMultiple
		return (both || d == Original && s.phase == single && s.timer == UDPSingle) && s.ports[Reply].src != dnsPort
	}
	return false
}

// flows is hear of a segment with neither SYN nor FIN, between ends that have
// sent no FIN either and of which nothing else need be known. Who acknowledges
// too much is, as numbers go round, too far behind.
func (s *session) flows(d Direction, g *segment) bool {
	src, dst := &s.peer[d&1], &s.peer[d&1^1]
	end, limit := g.seq+g.len, later(src.seqHi, src.seqLo)+1
	switch {
	case src.flags|dst.flags != 0,
		before(g.seq, src.seqLo) && tooFar(src.seqLo-g.seq, dst.maxWin),
		before(limit, g.seq), before(limit, end),
		tooFar(dst.seqLo-g.sack, src.maxWin):
		return false
	}
	win := g.win << src.shift(dst)
	src.seqLo, src.ack, src.maxWin = later(src.seqLo, end), later(src.ack, g.ack), max(src.maxWin, win)
	dst.seqHi = later(dst.seqHi, g.ack+win)
	return true
}
