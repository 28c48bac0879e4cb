package state

import (
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/netstack"
)

// Theory of operation
//
// The tracker sits between two TCP endpoints and follows both. It passes what a
// correct endpoint could have sent in this conversation and refuses the rest; a
// packet it refuses changes nothing.
//
// Phases, in the words of conntrack and RFC 9293, as the firewall sees them:
//
//	syn-sent      the originator's SYN has passed
//	syn-sent2     and the other end's own SYN: simultaneous open (RFC 9293 fig. 8)
//	syn-received  the other end has answered with a SYN-ACK
//	established   the originator has acknowledged it
//	fin-wait      one end has sent a FIN
//	close-wait    it is acknowledged: half closed, which may last
//	closing       both have sent a FIN, neither is acknowledged
//	last-ack      both have sent a FIN, one is acknowledged
//	time-wait     both are acknowledged
//	reset         a RST has passed
//
//	           SYN              SYN-ACK                 ACK
//	(nothing) ----> syn-sent ------------> syn-received ----> established
//	                   | SYN                                   ^   | FIN
//	                   +-----> syn-sent2 --- SYN-ACK, both ----+   v
//	  time-wait <-- last-ack <-- closing | close-wait <---------- fin-wait
//
// Only a SYN without ACK, FIN and RST opens a session. The order of the
// handshake is enforced: the answer to a SYN is a SYN-ACK that acknowledges it
// (and at most the data that came with it, RFC 7413), a RST that does, or a
// SYN. Nothing else passes before, neither data from the originator nor a bare
// ACK from the other end. In a simultaneous open each end must send a SYN-ACK;
// a bare ACK there is the split handshake, by which a server makes itself look
// like the client.
//
// A SYN in a conversation that lives is refused and changes nothing. One with a
// new sequence number may open a new session in place of one that is over, if
// it continues its sequence numbers (RFC 9293 3.6.1; after a RST it need not),
// or of one that nobody has answered yet. The rule base is asked first.
//
// Timers: a half-closed connection lives as long as an open one; time-wait and
// reset are absolute, so that stragglers cannot keep a dead session alive.

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
	switch s.phase {
	case synSent:
		if d == Original {
			return s.unanswered(&g)
		}
		return s.answer(&g)
	case synSent2:
		return s.crossing(d, &g)
	case synReceived:
		if d == Original {
			return s.confirm(&g)
		}
		return s.answerAgain(&g)
	case pickedUp:
		return s.judgePickedUp(d, &g)
	}
	return s.synchronized(d, &g)
}
