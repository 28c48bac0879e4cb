package state

import (
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/netstack"
)

// unanswered judges the originator in syn-sent: it may only repeat its SYN.
func (s *session) unanswered(g *segment) ruling {
	if g.kind() != syn {
		return refused(netstack.Handshake)
	}
	if g.seq != s.peer[Reply].ack {
		return anew
	}
	s.peer[Original].seqLo = later(s.peer[Original].seqLo, g.end())
	return belongs
}

// answer judges the other end in syn-sent.
func (s *session) answer(g *segment) ruling {
	src, dst := &s.peer[Reply], &s.peer[Original]
	acks := g.has(header.TCPFlagAck) && src.acknowledges(dst, g)
	switch k := g.kind(); {
	case k&header.TCPFlagRst != 0 && k&syn == 0:
		if !acks {
			return refused(netstack.RSTInvalid)
		}
		s.phase = reset
	case k == synAck && acks:
		s.phase = synReceived
		s.learnSYN(Reply, g)
	case k == syn:
		s.phase = synSent2
		s.learnSYN(Reply, g)
	default:
		return refused(netstack.Handshake)
	}
	return belongs
}

// learnSYN learns from the SYN or SYN-ACK of the peer of direction d, and that
// the other may now send into the window that it gives.
func (s *session) learnSYN(d Direction, g *segment) {
	src, dst := &s.peer[d], &s.peer[d.Opposite()]
	src.begin(g)
	dst.ack = g.seq
	src.seqHi = later(src.seqLo, g.seq+1+dst.maxWin)
	if g.has(header.TCPFlagAck) {
		src.observe(dst, g)
	}
}

// answerAgain judges the other end in syn-received. It may repeat its SYN-ACK,
// with a new sequence number too if it keeps no state (SYN cookies), or speak
// early (RFC 7413).
func (s *session) answerAgain(g *segment) ruling {
	src, dst := &s.peer[Reply], &s.peer[Original]
	switch k := g.kind(); {
	case k&header.TCPFlagRst != 0:
		return s.resetBy(Reply, g)
	case k == synAck:
		if before(g.ack, src.ack) || before(dst.seqLo, g.ack) {
			return refused(netstack.Handshake)
		}
		s.learnSYN(Reply, g)
	case k&header.TCPFlagSyn == 0 && k&header.TCPFlagAck != 0:
		src.observe(dst, g)
	default:
		return refused(netstack.Handshake)
	}
	return belongs
}

// confirm judges the originator in syn-received: its acknowledgement of the
// SYN-ACK establishes the connection.
func (s *session) confirm(g *segment) ruling {
	src, dst := &s.peer[Original], &s.peer[Reply]
	switch k := g.kind(); {
	case k&header.TCPFlagRst != 0:
		return s.resetBy(Original, g)
	case k == syn && src.repeatsSYN(dst, g):
		return belongs
	case k&header.TCPFlagSyn == 0 && k&header.TCPFlagAck != 0 && src.acknowledges(dst, g):
		s.phase = established
		return s.transfer(Original, g)
	}
	return refused(netstack.Handshake)
}

// crossing judges either end in syn-sent2. Each may repeat its SYN, and must
// acknowledge the other's with a SYN-ACK.
func (s *session) crossing(d Direction, g *segment) ruling {
	src, dst := &s.peer[d], &s.peer[d.Opposite()]
	switch k := g.kind(); {
	case k&header.TCPFlagRst != 0 && k&syn == 0:
		return s.resetBy(d, g)
	case k == syn && src.repeatsSYN(dst, g):
		return belongs
	case k == synAck && src.repeatsSYN(dst, g) && (src.acknowledges(dst, g) || src.has(answered)):
		src.observe(dst, g)
		src.flags |= answered
		if dst.has(answered) {
			s.phase = established
		}
		return belongs
	}
	return refused(netstack.Handshake)
}
