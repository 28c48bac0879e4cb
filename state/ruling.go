package state

import "sallyport/netstack"

// ruling is what a tracker says about a packet that looks like one of its
// session's.
type ruling struct {
	reason netstack.Reason // ReasonNone: it belongs
	// fresh: it does not belong, but may open a new session in this one's
	// place if the policy lets it.
	fresh bool
}

var (
	belongs = ruling{}
	anew    = ruling{fresh: true}
)

func refused(r netstack.Reason) ruling { return ruling{reason: r} }

// opens says whether a packet that belongs to no session may open one, whatever
// the policy says: a rule never legalises a packet that begins no conversation.
func opens(p *netstack.Packet) netstack.Reason {
	switch p.Flow.Proto {
	case netstack.TCP:
		return opensTCP(p)
	case netstack.ICMP, netstack.ICMPv6:
		if p.ICMP != netstack.ICMPQuery {
			return netstack.NoSession
		}
	}
	return netstack.ReasonNone
}

// begin sets the trackers' part of a new session from its first packet, which
// opens lets pass.
func (s *session) begin(p *netstack.Packet) {
	if p.Flow.Proto == netstack.TCP {
		s.beginTCP(p)
		return
	}
	s.phase = single
}

// judge lets the session's tracker see a packet of direction d.
func (s *session) judge(d Direction, p *netstack.Packet) ruling {
	switch p.Flow.Proto {
	case netstack.TCP:
		return s.judgeTCP(d, p)
	case netstack.ICMP, netstack.ICMPv6:
		return s.judgeQuery(d, p)
	}
	return s.judgeOneOrBoth(d)
}

// judgeOneOrBoth is the tracker of UDP and of every protocol without a better
// one: all that it knows is whether the other end has answered.
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
