package policy

import "sallyport/netstack"

// Admissible says whether p can be true at all: its source can live on the side
// it came from (RFC 2827), and both sides forward its IP version. It is asked of
// every packet, before anything is remembered of it: ReasonNone, Spoofed or
// NoRoute.
func (rs *RuleSet) Admissible(p *netstack.Packet) netstack.Reason {
	if rs.spoofed(p) {
		return netstack.Spoofed
	}
	version := scopeIPv4
	if p.Version == 6 {
		version = scopeIPv6
	}
	in, out := p.Flow.In, rs.box.sideOf(p.Flow.Dst, p.Flow.In)
	if rs.box.forwards[in]&version == 0 || out != netstack.Self && rs.box.forwards[out]&version == 0 {
		return netstack.NoRoute
	}
	return netstack.ReasonNone
}

func (rs *RuleSet) spoofed(p *netstack.Packet) bool {
	src := p.Flow.Src
	if rs.box.own.contains(src) {
		return !rs.ownError(p)
	}
	return !rs.box.livesOn(src, p.Flow.In)
}

// ownError reports whether p can be the box's own kernel saying that it could
// not deliver what was translated: an ICMP error from an own address to an own
// address, which is steered here to be translated back. It opens nothing: an
// error only passes if its quoted packet is of a session, whoever sends it.
func (rs *RuleSet) ownError(p *netstack.Packet) bool {
	return p.ICMP == netstack.ICMPError && rs.box.own.contains(p.Flow.Dst)
}
