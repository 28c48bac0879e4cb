package netstack

// checkFragment judges a fragment's length by itself. counted is how many of
// the packet's bytes the reassembled datagram's length counts, were this its
// only fragment.
func (h *ipHeader) checkFragment(counted int) Reason {
	if !h.fragment.Is {
		return ReasonNone
	}
	size := h.end - h.fragmentData
	// One that carries nothing says nothing but lies about where the end is.
	if size == 0 || h.fragment.More && size%8 != 0 {
		return FragBadLength
	}
	if int(h.fragment.Offset)+counted > MaxPacket {
		return FragTooBig
	}
	// A fragment at 8 would rewrite the flags of the first (RFC 3128).
	if h.proto == TCP && h.fragment.Offset == 8 {
		return FragShort
	}
	return ReasonNone
}

// later reports whether p is a fragment without a transport header.
func (p *Packet) later() bool { return p.Fragment.Offset != 0 }
