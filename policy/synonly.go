package policy

import (
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/netstack"
)

// IsSYNOnly reports whether p is of a service of Spec.SYNOnly, one way or the
// other.
func (rs *RuleSet) IsSYNOnly(p *netstack.Packet) bool {
	return len(rs.synOnly) > 0 && p.Flow.Proto == netstack.TCP && rs.matchesSYNOnly(p)
}

func (rs *RuleSet) matchesSYNOnly(p *netstack.Packet) bool {
	there, back := queryOf(p), query{proto: netstack.TCP, srcPort: p.Flow.DstPort, dstPort: p.Flow.SrcPort}
	return rs.synOnly.matches(&there) || rs.synOnly.matches(&back)
}

// EvaluateSYNOnly is Evaluate for a packet of such a service: the rules are
// asked about a SYN alone, and all else passes.
func (rs *RuleSet) EvaluateSYNOnly(p *netstack.Packet) Decision {
	if p.TCPFlags&(header.TCPFlagSyn|header.TCPFlagAck|header.TCPFlagFin|header.TCPFlagRst) == header.TCPFlagSyn {
		return rs.Evaluate(p)
	}
	var g passage
	g.enter(p, &unopposed)
	g.unasked = true
	rs.translateDestination(&g)
	return rs.decide(&g)
}
