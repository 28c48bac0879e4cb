package state

import (
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/netstack"
)

// The profile fw1: FireWall-1 4.1 as Lance Spitzner found it by experiment. The
// table is looked at first; what it does not have is asked of the rules,
// whatever it is. It keeps addresses, ports and a clock:
//
//   - a SYN alone makes an entry for tcp_opening, which any packet from the
//     other end makes one for tcp_established; any other packet but FIN, RST
//     and Xmas makes one for tcp_established at once, and so a stranger can
//     fill the table (Bugtraq 549);
//   - a FIN or RST leaves it tcp_closing, which every later packet starts anew;
//   - a SYN alone goes to the rules even if there is an entry;
//   - sequence numbers, the order of the handshake and ICMP are not looked at.

// entersFW1 reports whether p makes an entry if a rule accepts it. What does
// not still passes, by that rule alone. An ICMP query does only if it must be
// translated, so that its reply finds the way back.
func entersFW1(p *netstack.Packet, a *Admission) bool {
	switch p.Flow.Proto {
	case netstack.TCP:
		const meaning = header.TCPFlagSyn | header.TCPFlagAck | header.TCPFlagFin
		return p.TCPFlags&header.TCPFlagRst == 0 && p.TCPFlags&meaning != header.TCPFlagFin
	case netstack.ICMP, netstack.ICMPv6:
		return p.ICMP == netstack.ICMPQuery && a.Translation != netstack.Translation{}
	}
	return true
}

// overlooks reports whether the table does not tell an ICMP error that quotes a
// packet of s from any other: it must, if it is translated.
func (t *Table) overlooks(s *session) bool {
	return t.termsOf(s).Profile == FW1 && s.flags&(SourceNAT|DestinationNAT) == 0
}

// isXmas reports whether p is what nmap -sX sends: FIN, PSH and URG. FireWall-1
// logged those that its rules accepted.
func isXmas(p *netstack.Packet) bool {
	const xmas = header.TCPFlagFin | header.TCPFlagPsh | header.TCPFlagUrg
	return p.Flow.Proto == netstack.TCP && p.TCPFlags&xmas == xmas
}

// beginFW1 starts an entry with p, which entersFW1.
func (s *session) beginFW1(p *netstack.Packet) {
	switch {
	case p.Flow.Proto != netstack.TCP:
		s.phase = single
	case p.TCPFlags&synAck == syn:
		s.phase = synSent
	default:
		s.phase = established
	}
}

// judgeFW1 is the tracker: every packet belongs but a SYN alone, which the
// rules must let in again. The opener's SYN once more is the one that they did.
func (s *session) judgeFW1(d Direction, p *netstack.Packet) ruling {
	if p.Flow.Proto != netstack.TCP {
		return s.judgeOneOrBoth(d)
	}
	switch {
	case p.TCPFlags&synAck == syn:
		if d == Reply || s.phase != synSent {
			return anew
		}
	case p.TCPFlags&(header.TCPFlagFin|header.TCPFlagRst) != 0:
		s.phase = closing
	case d == Reply && s.phase == synSent:
		s.phase = established
	}
	return belongs
}

// passBy lets p pass by its rule alone: no entry is made of it. It must not
// need a translation, as nothing would know it to its answers.
func passBy(p *netstack.Packet, a *Admission, m *Match) netstack.Reason {
	switch {
	case a.Out >= netstack.Sides:
		return netstack.NoRoute
	case a.Translation != netstack.Translation{}:
		return netstack.Untranslatable
	}
	*m = Match{Out: a.Out, Leave: p.Flow, Quoted: p.Quoted, Rule: a.Rule, Generation: a.Generation}
	if a.Log || isXmas(p) {
		m.Event = PassedBy
	}
	return netstack.ReasonNone
}
