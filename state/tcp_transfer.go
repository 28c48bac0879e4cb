package state

import (
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/netstack"
)

// synchronized judges either end once both have acknowledged the other's SYN.
func (s *session) synchronized(d Direction, g *segment) ruling {
	switch k := g.kind(); {
	case k&syn != 0:
		return s.synAgain(d, g)
	case k&rst != 0:
		return s.resetBy(d, g)
	case k&ack == 0:
		return refused(netstack.BadFlags)
	}
	v := s.hear(d, g)
	if onlyData := s.phase == established && !g.has(header.TCPFlagFin); onlyData || s.phase.over() || v != belongs {
		return v
	}
	s.phase = s.fins()
	return v
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

// synAgain judges a SYN or SYN-ACK in a conversation that has had its own. An
// old one repeated passes, and teaches nothing: the other end has lost or not
// yet seen the acknowledgement, or the network has made a copy.
func (s *session) synAgain(d Direction, g *segment) ruling {
	src, dst := &s.peer[d], &s.peer[d.Opposite()]
	switch repeats := src.repeatsSYN(dst, g); {
	case g.kind() == syn && (!repeats || s.phase.over()):
		return anew
	case repeats:
		return idle
	}
	return refused(netstack.Handshake)
}
