package netstack

import "gvisor.dev/gvisor/pkg/tcpip/header"

// Where the fields that a rewrite changes are in the IPv6 header.
const (
	ipv6Length   = 4
	ipv6Next     = 6
	ipv6HopLimit = 7
	ipv6Src      = 8
	ipv6Dst      = 24
)

// parse6 reads an IPv6 packet that is wholly there. A jumbogram (RFC 2675) says
// that it has no payload, so that its extension header is beyond its end.
func (p *Packet) parse6(b []byte) Reason {
	if r := p.fixed6(b); r != ReasonNone {
		return r
	}
	if p.end > len(b) {
		return Short
	}
	r := p.extensions(b[:p.end])
	if r == Short && p.Fragment.Is {
		return FragShort // RFC 7112: the first fragment has all headers
	}
	if r != ReasonNone {
		return r
	}
	return p.checkFragment(p.end - header.IPv6MinimumSize - header.IPv6FragmentHeaderSize)
}

// fixed6 reads the fixed header; proto is then the first extension header's.
func (p *Packet) fixed6(b []byte) Reason {
	p.Version = 6
	if len(b) < header.IPv6MinimumSize {
		return Short
	}
	ip := header.IPv6(b)
	p.Flow.Src, p.Flow.Dst = AddrFrom16(b[ipv6Src:]), AddrFrom16(b[ipv6Dst:])
	p.Flow.Proto, p.pseudoDst = Protocol(ip.NextHeader()), ipv6Dst
	p.Transport, p.named = header.IPv6MinimumSize, ipv6Next
	p.end = header.IPv6MinimumSize + int(ip.PayloadLength())
	return ReasonNone
}
