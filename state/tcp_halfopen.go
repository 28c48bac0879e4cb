package state

// Half-open connections
//
// The end that a SYN or SYN-ACK reaches may believe in another conversation than
// its sender, and than the firewall: an older one, or one that an old duplicate
// or a stranger has begun. It answers with a bare acknowledgement of that; the
// sender puts it right with a RST, and tries again (RFC 9293 3.5.1, fig. 9 and
// 10). While a SYN or SYN-ACK waits for its answer both pass, and change
// nothing.
//
// The other end's SYN-ACK for another SYN passes too, but only where no more
// than one SYN has come: it may be the answer to one that is remembered no more,
// and the sender of that must not take it for the firewall's agreement, but send
// its SYN again.

// recovers reports whether g, of direction d, which is not of the session's own
// conversation, is part of such an exchange.
func (s *session) recovers(d Direction, g *segment) bool {
	src, dst := &s.peer[d], &s.peer[d.Opposite()]
	switch k := g.kind(); {
	case k&rst != 0:
		return s.waits(d) && dst.has(challenged)
	case g.len != 0, !s.waits(d.Opposite()), s.completes(d, g):
		return false
	case k != ack && (k != synAck || s.phase != synSent || dst.has(newSYN)):
		return false
	}
	src.flags |= challenged
	return true
}

// waits reports whether a SYN or SYN-ACK of direction d waits for its answer.
func (s *session) waits(d Direction) bool {
	return s.phase == synSent && d == Original || s.phase == synReceived && d == Reply || s.peer[d].has(newSYN)
}

// completes reports whether g acknowledges the SYN that waits. If it does and is
// no SYN-ACK, it is no part of any handshake.
func (s *session) completes(d Direction, g *segment) bool {
	src, dst := &s.peer[d], &s.peer[d.Opposite()]
	return s.phase == synSent && d == Reply && src.acknowledges(dst, g) || dst.has(newSYN) && g.ack == s.newSYN+1
}
