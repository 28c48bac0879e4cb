package netstack

// ipHeader is what the IP header says and the headers between it and the
// transport header; of a packet, or of the quotation in an ICMP error.
type ipHeader struct {
	src, dst  Addr
	version   uint8
	proto     Protocol
	transport int // where the transport header starts
	end       int // where the packet ends, by its own word
	pseudoDst int // where the destination is that a pseudo-header counts
	fragment  Fragment
	// fragmentData is where the fragment's part of the datagram starts.
	fragmentData int
	// named is where the byte is that says what proto is, and fragmentNamed
	// where the one is that names the fragment header; both of IPv6.
	named, fragmentNamed int
}

// parse reads the header of the packet that b starts with, and refuses what may
// not be forwarded.
func (h *ipHeader) parse(b []byte) Reason {
	if len(b) == 0 {
		return Short
	}
	switch b[0] >> 4 {
	case 4:
		return h.parse4(b)
	case 6:
		return h.parse6(b)
	}
	return BadHeader
}

// parseQuoted reads the header of a packet that is quoted by an ICMP error of
// the same IP version, and may therefore be cut off.
func (h *ipHeader) parseQuoted(b []byte, version uint8) Reason {
	if len(b) == 0 {
		return Short
	}
	if b[0]>>4 != version {
		return BadHeader
	}
	if version == 4 {
		return h.walk4(b)
	}
	if r := h.fixed6(b); r != ReasonNone {
		return r
	}
	return h.extensions(b)
}
