package state

import "sallyport/netstack"

// RFC 5961 section 3: an endpoint believes a RST only if its sequence number is
// exactly the next that it expects. The firewall in the middle does not know
// that number, but two that it may be: the highest acknowledgement that the
// receiver has sent, if nothing more has arrived, and the end of what the sender
// has sent, if all of it has. A RST with one of these closes the session at
// once.
//
// Any other in the window may be exact too, or will be answered with a challenge
// ACK, and that with a RST that is: it passes, and starts a timer that whatever
// is heard next of the conversation sets back (RFC 7857 2.2).
//
// One a little before what the receiver has acknowledged passes and changes
// nothing. The receiver will not believe it, but correct endpoints send it: a
// closed one answers late data with what that data acknowledged (RFC 9293
// 3.5.2), which was less than has been acknowledged since.

// resetBy judges a RST of the peer of direction d, when both have had the
// other's SYN.
func (s *session) resetBy(d Direction, g *segment) ruling {
	src, dst := &s.peer[d], &s.peer[d.Opposite()]
	switch {
	case g.seq == dst.ack, g.seq == src.seqLo, s.refusesSYN(d, g):
		return s.close()
	case before(g.seq, dst.ack) && dst.ack-g.seq > back(dst.maxWin):
		return ruling{reason: netstack.RSTInvalid, condition: BeforeWindow}
	case before(g.seq, dst.ack):
		return idle
	case before(src.limit(), g.seq):
		return ruling{reason: netstack.RSTInvalid, condition: BeyondWindow}
	}
	return ruling{effect: doubts}
}

// close ends the conversation, unless it is over already.
func (s *session) close() ruling {
	if !s.phase.over() {
		s.phase = reset
	}
	return belongs
}

// refusesSYN reports whether g says in syn-received that there is no such
// connection after all, in answer to a SYN repeated: it has no sequence number
// then, but acknowledges the SYN (RFC 9293 3.5.2).
func (s *session) refusesSYN(d Direction, g *segment) bool {
	src, dst := &s.peer[d], &s.peer[d.Opposite()]
	return s.phase < established && g.has(ack) && g.seq == 0 && !before(g.ack, src.ack) && !before(dst.seqLo, g.ack)
}
