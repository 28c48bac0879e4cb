package state

import (
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/netstack"
)

// The profile loose is strict but for this: where a rule says so, a TCP
// conversation is picked up in its middle, as after a restart that lost the
// table, or where one direction takes another way.
//
// A session picked up is in the phase picked-up, and lives for tcp_pickup at a
// time, until the other end was heard too and acknowledged what the first had
// sent. From then on it is judged as any other, but for its windows: their scale
// was in SYNs that nobody saw, so they are taken to be the largest they can be,
// where RFC 6092 REC-32 has no test. Its flag stays.
//
// It is never translated: the port that its other end knows is lost.

// picksUp reports whether p may begin a session in the middle of a conversation.
func picksUp(p *netstack.Packet) bool {
	return p.Flow.Proto == netstack.TCP && netstack.ValidTCPFlags(p.TCPFlags) &&
		p.TCPFlags&(header.TCPFlagAck|header.TCPFlagRst) == header.TCPFlagAck
}

// mayPickUp reports whether the opener, whose SYN nobody seems to have answered,
// has an answer that went another way.
func (s *session) mayPickUp(d Direction, p *netstack.Packet) bool {
	return s.phase == synSent && d == Original && picksUp(p) && p.TCPFlags&syn == 0 &&
		s.flags&(SourceNAT|DestinationNAT) == 0
}

// pickUp begins with a segment of direction d.
func (s *session) pickUp(d Direction, g *segment) {
	src, dst := &s.peer[d], &s.peer[d.Opposite()]
	*src = peer{seqLo: g.end(), seqHi: g.end(), ack: g.ack, maxWin: largest(g), scale: header.MaxWndScale, flags: heard}
	*dst = peer{seqLo: g.ack, seqHi: g.ack + src.maxWin, ack: g.seq, scale: header.MaxWndScale}
	src.learnFIN(g)
	s.phase = pickedUp
	s.flags |= PickedUp
}

// maxWindow is more than the largest window there is (RFC 7323 2.3).
const maxWindow = 1 << 30

// largest is the largest window that a segment can mean, and of a closed one
// what it may have meant just before.
func largest(g *segment) uint32 { return max(g.win, 1) << header.MaxWndScale }

func (p *peer) learnFIN(g *segment) {
	if g.has(header.TCPFlagFin) {
		p.flags |= finSent
	}
}

// judgePickedUp is the tracker until both ends were heard.
func (s *session) judgePickedUp(d Direction, g *segment) ruling {
	src, dst := &s.peer[d], &s.peer[d.Opposite()]
	switch k := g.kind(); {
	case k == syn:
		return anew
	case k&header.TCPFlagRst != 0:
		if !src.resetsPickedUp(dst, g) {
			return refused(netstack.RSTInvalid)
		}
		s.phase = reset
		return belongs
	case k&header.TCPFlagAck == 0:
		return refused(netstack.BadFlags)
	case src.has(heard):
		return src.goOn(dst, g)
	case !dst.isAnsweredBy(g):
		return refused(netstack.OutOfWindow)
	}
	*src = peer{seqLo: g.end(), seqHi: later(dst.ack+dst.maxWin, g.end()), ack: g.ack, maxWin: largest(g), scale: header.MaxWndScale, flags: heard}
	dst.seqHi = later(dst.seqLo, g.ack+src.maxWin)
	src.learnFIN(g)
	s.phase = s.fins()
	return belongs
}

// goOn follows src, the one end that is heard, and what it says that dst has
// sent. The window that dst gives is not known.
func (src *peer) goOn(dst *peer, g *segment) ruling {
	if !near(g.seq, src.seqLo, maxWindow) || !near(g.ack, src.ack, src.maxWin) {
		return refused(netstack.OutOfWindow)
	}
	src.seqLo, src.ack, src.maxWin = later(src.seqLo, g.end()), later(src.ack, g.ack), max(src.maxWin, largest(g))
	src.seqHi = src.seqLo
	src.learnFIN(g)
	return belongs
}

// isAnsweredBy reports whether g, the first from the other end, fits what p has sent:
// it acknowledges all of that or a window less, and lies in the window that p
// gives.
func (p *peer) isAnsweredBy(g *segment) bool {
	return !before(p.seqLo, g.ack) && near(g.ack, p.seqLo, largest(g)) && near(g.seq, p.ack, p.maxWin)
}

// resetsPickedUp reports whether src may reset the conversation with g: exactly
// where dst waits for it or, while dst was not heard, where src itself was.
func (src *peer) resetsPickedUp(dst *peer, g *segment) bool {
	if dst.has(heard) {
		return g.seq == dst.ack
	}
	return g.seq == src.seqLo
}

// near reports whether a is at most as far from b as a window is long.
func near(a, b, window uint32) bool {
	return !before(a, b-window) && !before(b+window, a)
}
