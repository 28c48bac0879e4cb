package state

// quotes says whether a segment of direction d with this sequence number can be
// what an ICMP error is about: it is no later than the last that was sent, and
// no earlier than what may still be sent again. Until a SYN is answered
// there is nothing earlier than it.
func (s *session) quotes(d Direction, seq uint32) Condition {
	src, dst := &s.peer[d], &s.peer[d.Opposite()]
	old := back(dst.maxWin)
	if s.phase == synSent {
		old = 0
	}
	switch {
	case src.has(newSYN) && seq == s.newSYN:
		return NoCondition
	case before(src.seqLo, seq):
		return BeyondWindow
	case before(seq, dst.ack) && dst.ack-seq > old:
		return BeforeWindow
	}
	return NoCondition
}
