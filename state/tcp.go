package state

import (
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/netstack"
)

// Theory of operation
//
// The tracker sits between two TCP endpoints and follows both. It passes what a
// correct endpoint could have sent in this conversation and refuses the rest; a
// packet it refuses changes nothing, and one that proves nothing prolongs
// nothing.
//
// Phases, in the words of conntrack and RFC 9293, as the firewall sees them:
//
//	syn-sent      the originator's SYN has passed
//	syn-sent2     the other end's own SYN has crossed it, and the originator has
//	              answered that: simultaneous open (RFC 9293 fig. 8)
//	syn-received  the other end has answered with a SYN-ACK
//	established   the originator has acknowledged it
//	fin-wait      one end has sent a FIN
//	close-wait    it is acknowledged: half closed, which may last
//	closing       both have sent a FIN, neither is acknowledged
//	last-ack      both have sent a FIN, one is acknowledged
//	time-wait     both are acknowledged
//	reset         an exact RST has passed
//	resumed       the firewall was killed and started again: tcp_resume.go
//
//	           SYN              SYN-ACK                 ACK
//	(nothing) ----> syn-sent ------------> syn-received ----> established
//	                   | the originator's SYN-ACK              ^   | FIN
//	                   +-----> syn-sent2 ---- SYN-ACK ---------+   v
//	  time-wait <-- last-ack <-- closing | close-wait <---------- fin-wait
//
// Only a SYN without ACK, FIN and RST opens a session. The order of the
// handshake is enforced: see tcp_handshake.go. Then every segment is held
// against the windows, both ways: tcp_window.go. A RST is judged by RFC 5961:
// tcp_reset.go. A SYN in a conversation that lives passes if the policy would
// admit it, and changes nothing before the other end agrees: tcp_reuse.go.
//
// Timers: a half-closed connection lives as long as an open one; time-wait and
// reset are absolute, so that stragglers cannot keep a dead session alive. Only
// what has passed the window test, or answers the handshake, moves a timer.

// opensTCP says whether a segment without a session may open one. A SYN-ACK
// says that the SYN took another way.
func opensTCP(p *netstack.Packet) netstack.Reason {
	switch p.TCPFlags & (header.TCPFlagSyn | header.TCPFlagAck | header.TCPFlagFin | header.TCPFlagRst) {
	case syn:
		return netstack.ReasonNone
	case synAck:
		return netstack.Asymmetric
	}
	return netstack.NoSession
}

func (s *session) beginTCP(p *netstack.Packet) {
	g := segmentOf(p)
	s.phase = synSent
	s.peer[Original].begin(&g)
	s.peer[Reply] = peer{ack: g.seq, scale: noScale}
}

func (s *session) judgeTCP(d Direction, p *netstack.Packet) ruling {
	g := segmentOf(p)
	if s.peer[d.Opposite()].has(newSYN) && s.answersNewSYN(d, &g) {
		return s.agreement(&g)
	}
	v := s.judgeSegment(d, &g)
	if v.reason != netstack.ReasonNone && s.recovers(d, &g) {
		return idle
	}
	return v
}

func (s *session) judgeSegment(d Direction, g *segment) ruling {
	switch s.phase {
	case synSent:
		if d == Original {
			return s.unanswered(g)
		}
		return s.answer(g)
	case synSent2:
		if d == Original {
			return s.crossed(g)
		}
		return s.crossing(g)
	case synReceived:
		if d == Original {
			return s.confirm(g)
		}
		return s.answerAgain(g)
	case pickedUp:
		return s.judgePickedUp(d, g)
	case resumed:
		return s.judgeResumed(d, g)
	}
	return s.synchronized(d, g)
}
