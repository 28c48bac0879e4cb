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
func (h *ipHeader) parse6(b []byte) Reason {
	if r := h.fixed6(b); r != ReasonNone {
		return r
	}
	if h.end > len(b) {
		return Short
	}
	r := h.extensions(b[:h.end])
	if r == Short && h.fragment.Is {
		return FragShort // RFC 7112: the first fragment has all headers
	}
	if r != ReasonNone {
		return r
	}
	return h.checkFragment(h.end - header.IPv6MinimumSize - header.IPv6FragmentHeaderSize)
}

// fixed6 reads the fixed header; proto is then the first extension header's.
func (h *ipHeader) fixed6(b []byte) Reason {
	h.version = 6
	if len(b) < header.IPv6MinimumSize {
		return Short
	}
	ip := header.IPv6(b)
	h.src, h.dst = AddrFrom16(b[ipv6Src:]), AddrFrom16(b[ipv6Dst:])
	h.proto, h.pseudoDst = Protocol(ip.NextHeader()), ipv6Dst
	h.transport, h.named = header.IPv6MinimumSize, ipv6Next
	h.end = header.IPv6MinimumSize + int(ip.PayloadLength())
	return ReasonNone
}
