package state

import (
	"encoding/binary"

	"sallyport/netstack"
)

// A DNS conversation over UDP is over when everything it asked is answered: the
// session then has udp_answered left, for an answer that comes twice. Without
// that, a resolver that asks each question from a new port would hold a session
// and an external port for each, far longer than it uses them.
//
// Questions are known by their transaction id. An answer with another id passes,
// as anything else from that port would, and ends nothing: what goes through
// port 53 need not be DNS.

const (
	dnsPort   = 53
	dnsHeader = 12   // bytes
	dnsAnswer = 0x80 // QR, in the third byte: it answers
)

// asked is how many questions a session can have under way and still see when
// the last of them is answered. A stub resolver asks two at once, for the IPv4
// and the IPv6 addresses of a name.
const asked = 4

// judgeUDP is the tracker of UDP.
func (s *session) judgeUDP(d Direction, p *netstack.Packet) ruling {
	if s.ports[Reply].src == dnsPort {
		if d == Original && s.phase == answered {
			return anew
		}
		s.followDNS(d, p)
		if s.phase == answered {
			return belongs
		}
	}
	return s.judgeOneOrBoth(d)
}

// followDNS keeps the ids of what is asked and not yet answered in the peer of
// the asker, which UDP has no other use for.
func (s *session) followDNS(d Direction, p *netstack.Packet) {
	ids := s.peer[Original].questions()
	id, isAnswer, ok := dnsOf(p)
	switch {
	case d == Original && (!ok || isAnswer):
		ids.add(unanswerable)
	case d == Original:
		ids.add(question(id))
	case ok && isAnswer && ids.remove(question(id)) && ids.none():
		s.phase = answered
	}
}

// dnsOf returns the id of a DNS message, and whether it is an answer; not ok if
// it is none, or several datagrams in one super-packet.
func dnsOf(p *netstack.Packet) (id uint16, isAnswer, ok bool) {
	if p.Segments() != 1 || p.PayloadLen() < dnsHeader {
		return 0, false, false
	}
	b := p.Bytes()[p.Payload:]
	return binary.BigEndian.Uint16(b), b[2]&dnsAnswer != 0, true
}

// questions are the ids under way; 0 is none.
type questions [asked]*uint32

func (p *peer) questions() questions { return questions{&p.seqLo, &p.seqHi, &p.ack, &p.maxWin} }

// question is how an id is kept, so that it is not 0.
func question(id uint16) uint32 { return 1<<16 | uint32(id) }

// unanswerable is what no answer takes away: a question that was not understood,
// or one too many. The session then ends by its timer.
const unanswerable = 1 << 17

func (q questions) add(id uint32) {
	for _, slot := range q {
		if *slot == 0 || *slot == id {
			*slot = id
			return
		}
	}
	*q[0] = unanswerable
}

func (q questions) remove(id uint32) bool {
	for _, slot := range q {
		if *slot == id {
			*slot = 0
			return true
		}
	}
	return false
}

func (q questions) none() bool {
	for _, slot := range q {
		if *slot != 0 {
			return false
		}
	}
	return true
}
