package state

import "sallyport/netstack"

// leads reports whether the policy, which has admitted a packet of direction d
// that arrived as k, sends it where this session goes: a packet only ever
// leaves as its session's translation says.
func (s *session) leads(d Direction, k *netstack.FlowKey, a *Admission) bool {
	to := k.Reverse(a.Out)
	if !redirect(&to, &a.Translation) || !readdress(&to, &a.Translation) {
		return false
	}
	other := s.key(d.Opposite())
	if pool := a.Translation.Pool; pool != nil {
		if !pool.Has(other.Dst) {
			return false
		}
		to.Dst, to.DstPort = other.Dst, other.DstPort
	}
	return to == other
}

// keeps reports whether session r outlives a SYN for a new connection, which
// the policy has admitted, at least until the other end agrees. FireWall-1 asked
// nobody, and what is over in another protocol has nothing to agree to.
func (t *Table) keeps(r ref, d Direction, k *netstack.FlowKey, a *Admission) bool {
	s := t.sessions.at(r)
	return k.Proto == netstack.TCP && t.termsOf(s).Profile != FW1 && (!s.phase.over() || s.leads(d, k, a))
}

// await lets a SYN pass that the policy has admitted, and remembers it: the
// session stays as it is until the other end answers that SYN.
func (t *Table) await(r ref, d Direction, p *netstack.Packet, a *Admission, now Instant, m *Match) netstack.Reason {
	t.match(r, d, m)
	s := t.sessions.at(r)
	if !s.leads(d, &p.Flow, a) {
		return netstack.Handshake
	}
	g := segmentOf(p)
	s.remember(d, &g)
	s.pass(d, p, now)
	if s.phase.over() || s.phase == synSent {
		t.stay(s, now)
	}
	return netstack.ReasonNone
}

// stay lets a session with nothing to lose live as long as a new one would.
func (t *Table) stay(s *session, now Instant) {
	if least := now + Instant(t.termsOf(s).Timeouts[TCPOpening]); s.expires < least {
		s.timer, s.expires = TCPOpening, least
	}
}

// reopen makes a new session of r, with the same keys and the same external
// port: p, of direction d, is the SYN-ACK to the SYN that waits. It returns the
// direction that p has in it.
func (t *Table) reopen(r ref, d Direction, p *netstack.Packet, now Instant) Direction {
	t.report(r, CauseReplaced)
	t.counters.ended[CauseReplaced]++
	t.counters.opened++
	if d == Original {
		t.turnRound(r)
	}
	s := t.sessions.at(r)
	s.serial++
	s.flags &= SourceNAT | DestinationNAT | Hairpin | ThroughMapping | turned | Logged
	t.sessions.cold(r).started = now
	s.packets, s.bytes = [2]uint64{}, [2]uint64{}
	g := segmentOf(p)
	s.beginAnswered(&g)
	return Reply
}

// turnRound makes the original direction of session r its reply direction.
func (t *Table) turnRound(r ref) {
	s, c, k := t.sessions.at(r), t.sessions.cold(r), t.sessions.at(r).keys()
	t.unlink(r, &k)
	k[Original], k[Reply] = k[Reply], k[Original]
	s.setKeys(&k[Original], &k[Reply])
	s.peer[Original], s.peer[Reply] = s.peer[Reply], s.peer[Original]
	c.dstRule, c.srcRule = c.srcRule, c.dstRule
	nat := s.flags & (SourceNAT | DestinationNAT)
	s.flags &^= SourceNAT | DestinationNAT
	if nat&SourceNAT != 0 {
		s.flags |= DestinationNAT
	}
	if nat&DestinationNAT != 0 {
		s.flags |= SourceNAT
	}
	s.flags ^= turned
	t.link(r, &k)
}

// doubt starts the timer of a RST that was in the window and not exact. What
// passes after it, from either end, sets the phase's own again (RFC 5961 3.2,
// RFC 7857 2.2).
func (t *Table) doubt(s *session, now Instant) {
	if s.timer == TCPUnverifiedReset || s.phase.over() {
		return
	}
	s.timer = TCPUnverifiedReset
	s.expires = min(s.expires, now+Instant(t.termsOf(s).Timeouts[TCPUnverifiedReset]))
}
