package netstack

// parseNetwork walks the IP header and what follows it, refuses what may not be
// forwarded, and cuts f to the packet's own length.
func (p *Packet) parseNetwork(f *Frame) (r Reason) {
	b := f.Bytes()
	switch {
	case len(b) == 0:
		return Short
	case b[0]>>4 == 4:
		r = p.parse4(b)
	case b[0]>>4 == 6:
		r = p.parse6(b)
	default:
		return BadHeader
	}
	if r == ReasonNone {
		p.Payload = p.Transport
		f.SetLen(p.end)
	}
	return r
}

// parseQuoted reads the header of a packet that is quoted by an ICMP error of
// the same IP version, and may therefore be cut off.
func (p *Packet) parseQuoted(b []byte, version uint8) Reason {
	if len(b) == 0 {
		return Short
	}
	if b[0]>>4 != version {
		return BadHeader
	}
	if version == 4 {
		return p.walk4(b)
	}
	if r := p.fixed6(b); r != ReasonNone {
		return r
	}
	return p.extensions(b)
}
