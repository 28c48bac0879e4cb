package state

import (
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/netstack"
)

// synchronized judges either end once both have acknowledged the other's SYN.
func (s *session) synchronized(d Direction, g *segment) ruling {
	switch k := g.kind(); {
	case k&header.TCPFlagSyn != 0:
		return s.synAgain(d, g)
	case k&header.TCPFlagRst != 0:
		return s.resetBy(d, g)
	case k&header.TCPFlagAck == 0:
		return refused(netstack.BadFlags)
	}
	return s.transfer(d, g)
}

// transfer follows a segment with ACK: how far each end has come, and which of
// the FINs are sent and acknowledged.
func (s *session) transfer(d Direction, g *segment) ruling {
	s.peer[d].observe(&s.peer[d.Opposite()], g)
	if !s.phase.over() {
		s.phase = s.fins()
	}
	return belongs
}

// fins returns the phase that follows from the FINs.
func (s *session) fins() phase {
	both := s.peer[Original].flags & s.peer[Reply].flags
	either := s.peer[Original].flags | s.peer[Reply].flags
	switch {
	case both&finAcked != 0:
		return timeWait
	case both&finSent != 0 && either&finAcked != 0:
		return lastAck
	case both&finSent != 0:
		return closing
	case either&finAcked != 0:
		return closeWait
	case either&finSent != 0:
		return finWait
	}
	return established
}

// resetBy judges a RST.
func (s *session) resetBy(d Direction, g *segment) ruling {
	if !s.peer[d].mayReset(&s.peer[d.Opposite()], g) {
		return refused(netstack.RSTInvalid)
	}
	s.phase = reset
	return belongs
}

// synAgain judges a SYN or SYN-ACK in a conversation that has had its own. An
// old one repeated passes, and teaches nothing: the other end has lost or not
// yet seen the acknowledgement.
func (s *session) synAgain(d Direction, g *segment) ruling {
	src, dst := &s.peer[d], &s.peer[d.Opposite()]
	switch k := g.kind(); {
	case k == syn && s.phase == reset, k == syn && s.phase == timeWait && before(src.seqLo, g.seq+1):
		return anew
	case (k == syn || k == synAck) && src.repeatsSYN(dst, g):
		return belongs
	}
	return refused(netstack.Handshake)
}
