package state

import "sallyport/netstack"

// Theory of operation
//
// Each end of an SCTP association has a verification tag, a random number that
// the packets to it must carry (RFC 9260 8.5). Both are told in the handshake,
// so whoever has seen that can tell the association's packets from a stranger's:
//
//	originator  ---- INIT, tag 0, "mine is A" ------------>  other end
//	            <--- INIT-ACK, tag A, "mine is B" ---------
//	            ---- COOKIE-ECHO, tag B ------------------>
//	            <--- COOKIE-ACK, tag A --------------------
//
//	        INIT                COOKIE-ECHO               COOKIE-ACK
//	(none) -----> cookie-wait -------------> cookie-echoed ---------> established
//	closed <---- SHUTDOWN-COMPLETE ---- closing <---- SHUTDOWN ----------+
//	reset  <---- ABORT, from everywhere
//
// Only an INIT opens a session. Its tags count from the COOKIE-ECHO on: that
// carries a tag which only who has seen the INIT-ACK can know. The same holds in
// a session that lives, where an end that has started anew sends an INIT: it
// passes, and so does the answer, but nobody blind gets further (RFC 9260 5.2).
// Only the originator may do so: an INIT the other way is for the rules to
// judge. Where both ends send their INIT at once, both are told and both may
// echo a cookie.
//
// An ABORT and a SHUTDOWN-COMPLETE of an end that has no association carry the
// tag of the packet that they answer, and say so by their T bit (8.5.1).
//
// Of the several addresses that an end may have, only the pair that opened the
// session is known.

// tags is what the tracker keeps of one end in a peer, which TCP has for other
// things: what packets from that end must carry.
func (p *peer) tag() *uint32      { return &p.seqLo }  // 0: not told
func (p *peer) newTag() *uint32   { return &p.seqHi }  // of a handshake under way
func (p *peer) otherTag() *uint32 { return &p.maxWin } // of an INIT-ACK before that: a repeated INIT may get another

// carriesNew reports whether tag is one that a handshake under way has told.
func (p *peer) carriesNew(tag uint32) bool {
	return tag != 0 && (tag == *p.newTag() || tag == *p.otherTag())
}

// opensSCTP says whether a packet without a session may open one.
func opensSCTP(p *netstack.Packet) netstack.Reason {
	c, ok := chunksOf(p)
	switch {
	case !ok:
		return netstack.BadHeader
	case !c.isInit():
		return netstack.NoSession
	}
	return netstack.ReasonNone
}

func (s *session) beginSCTP(p *netstack.Packet) {
	c, _ := chunksOf(p)
	s.phase = cookieWait
	*s.peer[Reply].newTag() = c.initTag
}

func (s *session) judgeSCTP(d Direction, p *netstack.Packet) ruling {
	c, ok := chunksOf(p)
	switch {
	case !ok:
		return refused(netstack.BadHeader)
	case c.has(chunkInit):
		return s.initAgain(d, &c)
	case c.has(chunkInitAck):
		return s.initAck(d, &c)
	case c.has(chunkCookieEcho):
		return s.cookieEcho(d, &c)
	case c.has(chunkAbort):
		return s.abort(d, &c)
	case s.phase == cookieWait:
		return refused(netstack.Handshake)
	}
	return s.associated(d, &c)
}

// initAgain judges an INIT in a session: the same once more, the other end's
// own that crosses it, or that of an end that has started anew.
func (s *session) initAgain(d Direction, c *chunks) ruling {
	switch {
	case !c.isInit(), d == Reply && s.phase != cookieWait:
		return refused(netstack.Handshake)
	case s.phase.over():
		return anew
	}
	*s.peer[d.Opposite()].newTag() = c.initTag
	return belongs
}

// initAck judges the answer to an INIT, which tells the second tag.
func (s *session) initAck(d Direction, c *chunks) ruling {
	dst := &s.peer[d.Opposite()]
	if !c.alone || c.initTag == 0 || c.tag != *s.peer[d].newTag() || c.tag == 0 {
		return refused(netstack.Handshake)
	}
	if told := dst.newTag(); *told != c.initTag {
		*dst.otherTag(), *told = *told, c.initTag
	}
	return belongs
}

// cookieEcho judges what makes the new tags those of the association.
func (s *session) cookieEcho(d Direction, c *chunks) ruling {
	src, dst := &s.peer[d], &s.peer[d.Opposite()]
	switch {
	case s.phase.over():
		return refused(netstack.Handshake)
	case src.carriesNew(c.tag) && *dst.newTag() != 0:
		*src.tag(), *dst.tag() = c.tag, *dst.newTag()
		if s.phase != established {
			s.phase = cookieEchoed
		}
	case c.tag == 0 || c.tag != *src.tag():
		return refused(netstack.Handshake)
	}
	return belongs
}

// abort judges an ABORT. One that answers an INIT in a session that lives ends
// that attempt alone.
func (s *session) abort(d Direction, c *chunks) ruling {
	src, dst := &s.peer[d], &s.peer[d.Opposite()]
	opening := s.phase == cookieWait || s.phase == cookieEchoed
	switch of := src.or(dst, c); {
	case c.tag == 0:
		return refused(netstack.RSTInvalid)
	case c.tag == *of.tag(), opening && of.carriesNew(c.tag):
		s.phase = reset
	case !of.carriesNew(c.tag):
		return refused(netstack.RSTInvalid)
	}
	return belongs
}

// quotesTag reports whether a packet of direction d with this tag can be what an
// ICMP error is about (RFC 9260 10). An INIT, which has none, can while it is
// not answered.
func (s *session) quotesTag(d Direction, tag uint32) bool {
	if tag == 0 {
		return s.phase == cookieWait
	}
	return tag == *s.peer[d].tag() || s.peer[d].carriesNew(tag)
}

// or is the end whose tag c carries: that of src, unless the T bit says that it
// is the one that src was sent.
func (src *peer) or(dst *peer, c *chunks) *peer {
	if c.reflected {
		return dst
	}
	return src
}

// associated judges everything after the handshake.
func (s *session) associated(d Direction, c *chunks) ruling {
	src, dst := &s.peer[d], &s.peer[d.Opposite()]
	of := src
	if c.has(chunkShutdownComplete) {
		of = src.or(dst, c)
	}
	switch {
	case c.tag == 0 || c.tag != *of.tag():
		return refused(netstack.NoSession)
	case c.has(chunkShutdownComplete):
		s.phase = closed
	case s.phase.over():
	case c.has(chunkShutdown) || c.has(chunkShutdownAck):
		s.phase = closing
	case s.phase == cookieEchoed:
		s.phase = established
	}
	return belongs
}
