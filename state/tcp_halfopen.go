package state

// Half-open connections
//
// The end that a SYN reaches may believe in another conversation than its
// sender, and than the firewall: an older one, or one that an old duplicate or a
// stranger has begun. It answers with an acknowledgement of that, bare or in a
// SYN-ACK; the SYN's sender puts it right with a RST, and tries again (RFC 9293
// 3.5.1, fig. 9 and 10). While a SYN waits where no conversation lives, both
// pass and change nothing. But for a SYN-ACK where more than one SYN has come:
// it may be the answer to one that is remembered no more, and the sender of that
// must not take it for the firewall's agreement, but send its SYN again.

// recovers reports whether g, of direction d, which is not of the session's own
// conversation, is part of such an exchange.
func (s *session) recovers(d Direction, g *segment) bool {
	src, dst := &s.peer[d], &s.peer[d.Opposite()]
	switch k := g.kind(); {
	case k&rst != 0:
		return s.waits(d) && dst.has(challenged)
	case k != ack && (k != synAck || dst.has(newSYN)), g.len != 0:
		return false
	case !s.waits(d.Opposite()) || s.completes(d, g):
		return false
	}
	src.flags |= challenged
	return true
}

// waits reports whether a SYN of direction d waits for its answer, and nothing
// else is at stake.
func (s *session) waits(d Direction) bool {
	return s.phase == synSent && d == Original || s.phase.over() && s.peer[d].has(newSYN)
}

// completes reports whether g acknowledges the SYN that waits. If it does and is
// no SYN-ACK, it is no part of any handshake.
func (s *session) completes(d Direction, g *segment) bool {
	if s.phase == synSent {
		return s.peer[d].acknowledges(&s.peer[d.Opposite()], g)
	}
	return g.ack == s.newSYN+1
}
