package state

// A SYN in a session
//
// A host that has crashed, or has run through its ports, opens a new connection
// with the addresses and ports of one that the firewall still remembers.
// Anybody who can forge its address can send the same SYN. So the policy is
// asked as about any first packet; if it would admit the SYN, the SYN passes,
// and all that changes is that the session remembers it. What comes of it, the
// other end decides:
//
//   - It still holds the old conversation, and answers with a challenge ACK (RFC
//     5961 4.2). That is a segment of the old conversation like any other. If
//     the SYN was true, its sender answers with a RST, which is exact; if not,
//     nothing happens.
//   - It knows of no conversation, and answers with a RST that acknowledges the
//     SYN. The session is reset.
//   - It accepts the SYN: because it waits in TIME-WAIT and the sequence number
//     or the timestamp is higher (RFC 6191), or because it has started anew
//     itself. Its SYN-ACK acknowledges the SYN, and a new session takes the old
//     one's place.
//
// So whoever does not see the answers can change nothing, and the firewall needs
// no opinion of sequence numbers and timestamps in TIME-WAIT.

// remember keeps what has to be known of a SYN until it is answered.
func (s *session) remember(d Direction, g *segment) {
	s.newSYN, s.peer[d].newScale = g.seq, g.scale
	s.peer[d.Opposite()].flags &^= newSYN | newData
	s.peer[d].flags &^= newData
	s.peer[d].flags |= newSYN
	if g.len > 0 {
		s.peer[d].flags |= newData
	}
}

// waiting returns the end whose SYN is remembered, if one is.
func (s *session) waiting() *peer {
	if s.peer[Reply].has(newSYN) {
		return &s.peer[Reply]
	}
	return &s.peer[Original]
}

// answersNewSYN reports whether g, of direction d, is a SYN-ACK or RST to the
// SYN that is remembered, of the other direction: it acknowledges that, and at most
// the data that came with it.
func (s *session) answersNewSYN(d Direction, g *segment) bool {
	other := &s.peer[d.Opposite()]
	if !g.has(ack) || g.kind()&(syn|rst) == 0 {
		return false
	}
	more := g.ack - s.newSYN - 1
	return more == 0 || other.has(newData) && more <= 0xffff
}

// agreement judges the answer to the SYN that is remembered.
func (s *session) agreement(g *segment) ruling {
	if g.has(rst) {
		return s.close()
	}
	return ruling{effect: reopens}
}

// beginAnswered is the conversation anew, after the SYN that is remembered, of
// the originator, and its SYN-ACK g. The window in that SYN is not remembered;
// it was no larger than a field without scaling can say.
func (s *session) beginAnswered(g *segment) {
	s.phase = synReceived
	s.peer[Original] = peer{seqLo: g.ack, seqHi: g.ack, maxWin: 0xffff, scale: s.peer[Original].newScale}
	s.peer[Reply] = peer{ack: s.newSYN}
	s.learnSYN(Reply, g)
}
