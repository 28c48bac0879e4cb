package state

import "sallyport/netstack"

// ruling is what a tracker says about a packet that looks like one of its
// session's.
type ruling struct {
	reason    netstack.Reason // ReasonNone: it belongs
	condition Condition       // that it failed, if it is refused for one
	effect    effect          // on its session, if it belongs
}

// effect is what a packet that belongs to a session does to it.
type effect uint8

const (
	prolongs effect = iota // it shows that the conversation lives
	idles                  // it passes and proves nothing: no timer moves
	doubts                 // a RST that may not be exact: see TCPUnverifiedReset
	asks                   // a SYN for a new connection in this one's place: the policy is to be asked
	reopens                // the other end agrees to that
)

var (
	belongs = ruling{}
	idle    = ruling{effect: idles}
	anew    = ruling{effect: asks}
)

func refused(r netstack.Reason) ruling { return ruling{reason: r} }

// opens says whether a packet that belongs to no session may open one, whatever
// the policy says: a rule never legalises a packet that begins no conversation.
// What the profiles think of that, see Profile.Begins.
func opens(p *netstack.Packet) netstack.Reason {
	switch p.Flow.Proto {
	case netstack.TCP:
		return opensTCP(p)
	case netstack.SCTP:
		return opensSCTP(p)
	case netstack.ICMP, netstack.ICMPv6:
		if p.ICMP != netstack.ICMPQuery {
			return netstack.NoSession
		}
	}
	return netstack.ReasonNone
}

// begin sets the trackers' part of a new session of this profile from its first
// packet, which the profile has let begin one.
func (s *session) begin(profile Profile, p *netstack.Packet) {
	switch {
	case profile == FW1:
		s.beginFW1(p)
	case p.Flow.Proto == netstack.UDP:
		s.phase = single
		s.judgeUDP(Original, p)
	case p.Flow.Proto == netstack.SCTP:
		s.beginSCTP(p)
	case p.Flow.Proto != netstack.TCP:
		s.phase = single
	case profile == Loose && picksUp(p):
		g := segmentOf(p)
		s.pickUp(Original, &g)
	default:
		s.beginTCP(p)
	}
}

// judge lets the tracker of session s see a packet of direction d.
func (t *Table) judge(s *session, d Direction, p *netstack.Packet) ruling {
	if t.terms.Load().mixed {
		return t.judgeByTerms(s, d, p)
	}
	return s.judge(d, p)
}

// judgeByTerms is judge in a table that has sessions of other profiles too. The
// flags of what comes to it have not been tested.
func (t *Table) judgeByTerms(s *session, d Direction, p *netstack.Packet) ruling {
	profile := t.termsOf(s).Profile
	switch {
	case profile == FW1:
		return s.judgeFW1(d, p)
	case p.Flow.Proto == netstack.TCP && !netstack.ValidTCPFlags(p.TCPFlags):
		return refused(netstack.BadFlags)
	}
	v := s.judge(d, p)
	if profile == Loose && v != belongs && s.mayPickUp(d, p) {
		g := segmentOf(p)
		s.pickUp(d, &g)
		return belongs
	}
	return v
}

// judge is the tracker of the profile strict.
func (s *session) judge(d Direction, p *netstack.Packet) ruling {
	switch p.Flow.Proto {
	case netstack.TCP:
		return s.judgeTCP(d, p)
	case netstack.UDP:
		return s.judgeUDP(d, p)
	case netstack.SCTP:
		return s.judgeSCTP(d, p)
	case netstack.ICMP, netstack.ICMPv6:
		return s.judgeQuery(d, p)
	}
	return s.judgeOneOrBoth(d)
}

// judgeOneOrBoth is the tracker of every protocol without a better one: all that it knows is whether the other end has answered.
func (s *session) judgeOneOrBoth(d Direction) ruling {
	if d == Reply {
		s.phase = multiple
	}
	return belongs
}

// judgeQuery is the tracker of ICMP queries. Only the asking side may ask, and
// only the asked side may reply: a reply's key can be a query's with identifier
// and type exchanged.
func (s *session) judgeQuery(d Direction, p *netstack.Packet) ruling {
	if d == Original && p.ICMP != netstack.ICMPQuery || d == Reply && p.ICMP != netstack.ICMPReply {
		return refused(netstack.NoSession)
	}
	return s.judgeOneOrBoth(d)
}
