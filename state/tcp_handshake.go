package state

import "sallyport/netstack"

// The handshake
//
// The answer to a SYN is a SYN-ACK that acknowledges it (and at most the data
// that came with it, RFC 7413), a RST that does, or a SYN that crosses it.
// Nothing else completes anything: neither data from the originator nor a bare
// ACK of its SYN from the other end.
//
// When SYNs cross, the originator answers the other's with a SYN-ACK, or, if it
// has had the other's SYN-ACK by then, with an ACK. From the other end only a
// SYN-ACK will do: a bare ACK is the split handshake, by which a server makes
// itself look like the client. Between two NATs it will do all the same: there
// that of the one drops the first SYN of the other, which then never comes (RFC
// 5382 REQ-2, REQ-4), and its end confirms the SYN-ACK that it gets.

// unanswered judges the originator in syn-sent: it repeats its SYN, or answers
// one that has crossed it.
func (s *session) unanswered(g *segment) ruling {
	other := &s.peer[Reply]
	switch k := g.kind(); {
	case k == syn && g.seq == other.ack:
		own := &s.peer[Original]
		own.seqLo, own.maxWin = later(own.seqLo, g.end()), max(own.maxWin, g.win)
		return belongs
	case k == syn:
		return anew
	case k == synAck && other.has(crossed) && g.seq == other.ack && g.ack == other.seqLo:
		s.phase = synSent2
		s.peer[Original].ack = g.ack
		s.peer[Original].observe(other, g)
		return belongs
	case k&rst != 0:
		return refused(netstack.RSTInvalid)
	case k&syn == 0 && k&ack != 0:
		return refused(netstack.Asymmetric) // the SYN-ACK took another way
	}
	return refused(netstack.Handshake)
}

// answer judges the other end in syn-sent.
func (s *session) answer(g *segment) ruling {
	src, dst := &s.peer[Reply], &s.peer[Original]
	acks := g.has(ack) && src.acknowledges(dst, g)
	switch k := g.kind(); {
	case k&rst != 0 && acks:
		s.phase = reset
	case k&rst != 0:
		return refused(netstack.RSTInvalid)
	case k == synAck && acks:
		s.phase = synReceived
		s.learnSYN(Reply, g)
	case k == syn:
		src.begin(g)
		src.flags = crossed
		return idle
	default:
		return refused(netstack.Handshake)
	}
	return belongs
}

// learnSYN learns from the SYN-ACK of the peer of direction d, and that it may
// now send into the window that the other's SYN has given.
func (s *session) learnSYN(d Direction, g *segment) {
	src, dst := &s.peer[d], &s.peer[d.Opposite()]
	src.begin(g)
	dst.ack = g.seq
	src.seqHi = later(src.seqLo, g.seq+1+dst.maxWin)
	src.observe(dst, g)
}

// answerAgain judges the other end in syn-received. It may repeat its SYN-ACK,
// with a new sequence number too if it keeps no state (SYN cookies), or speak
// early (RFC 7413).
func (s *session) answerAgain(g *segment) ruling {
	src, dst := &s.peer[Reply], &s.peer[Original]
	switch k := g.kind(); {
	case k&rst != 0:
		return s.resetBy(Reply, g)
	case k == synAck:
		if before(g.ack, src.ack) || before(dst.seqLo, g.ack) {
			return refused(netstack.Handshake)
		}
		s.learnSYN(Reply, g)
	case k == syn && g.seq == dst.ack:
		return idle
	case k == syn:
		return anew
	case k&ack != 0:
		return s.hear(Reply, g)
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
	case k&rst != 0:
		return s.resetBy(Original, g)
	case k == syn && src.repeatsSYN(dst, g):
		return idle
	case k == syn:
		return anew
	case k&ack == 0, !src.acknowledges(dst, g), k&syn != 0 && !src.repeatsSYN(dst, g):
		return refused(netstack.Handshake)
	case k&syn == 0 && src.fails(dst, g) != NoCondition:
		return outOfWindow(src.fails(dst, g))
	}
	src.observe(dst, g)
	s.phase = s.fins()
	return belongs
}

// crossed judges the originator in syn-sent2: it waits for the other end's
// SYN-ACK.
func (s *session) crossed(g *segment) ruling {
	src, dst := &s.peer[Original], &s.peer[Reply]
	switch k := g.kind(); {
	case k&rst != 0:
		return s.resetBy(Original, g)
	case k == syn && src.repeatsSYN(dst, g):
		return idle
	case k == syn:
		return anew
	case k == synAck && src.repeatsSYN(dst, g) && g.ack == dst.seqLo:
		return belongs
	}
	return refused(netstack.Handshake)
}

// crossing judges the other end in syn-sent2: it must acknowledge the
// originator's SYN, with a SYN-ACK of its own. One of another sequence number says that the SYN that
// crossed was not its own.
func (s *session) crossing(g *segment) ruling {
	src, dst := &s.peer[Reply], &s.peer[Original]
	switch k := g.kind(); {
	case k&rst != 0:
		return s.resetBy(Reply, g)
	case k == syn && src.repeatsSYN(dst, g):
		return idle
	case k == syn:
		return anew
	case k&ack == 0 || !src.acknowledges(dst, g) || k&syn != 0 && k != synAck:
		return refused(netstack.Handshake)
	case k&syn == 0 && s.flags&SourceNAT == 0:
		return refused(netstack.Handshake) // the split handshake
	case k&syn == 0 && src.fails(dst, g) != NoCondition:
		return outOfWindow(src.fails(dst, g))
	case k&syn == 0:
		src.observe(dst, g)
		s.phase = s.fins()
	case g.end() == src.seqLo:
		s.phase = established
		src.observe(dst, g)
	default:
		s.phase = synReceived
		s.learnSYN(Reply, g)
	}
	return belongs
}
