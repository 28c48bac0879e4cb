package netstack

// checkFragment judges a fragment's length by itself. counted is how many of
// the packet's bytes the reassembled datagram's length counts, were this its
// only fragment.
func (p *Packet) checkFragment(counted int) Reason {
	if !p.Fragment.Is {
		return ReasonNone
	}
	size := p.end - int(p.part)
	// One that carries nothing says nothing but lies about where the end is.
	if size == 0 || p.Fragment.More && size%8 != 0 {
		return FragBadLength
	}
	if int(p.Fragment.Offset)+counted > MaxPacket {
		return FragTooBig
	}
	// A fragment at 8 would rewrite the flags of the first (RFC 3128).
	if p.Flow.Proto == TCP && p.Fragment.Offset == 8 {
		return FragShort
	}
	return ReasonNone
}

// later reports whether p is a fragment without a transport header.
func (p *Packet) later() bool { return p.Fragment.Offset != 0 }
