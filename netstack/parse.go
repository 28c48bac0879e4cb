package netstack

// Parse makes p the view of f, which arrived on side in. It resets every field,
// and validates once what every accessor and every rewrite then relies on:
// headers inside the packet, lengths that agree, an IPv4 header checksum that
// is right, addresses that may be forwarded, an Offload that speaks of this
// packet. Bytes beyond the packet's own length are cut off f.
//
// Any reason but ReasonNone is a drop: Flow then holds what could be read, for
// logs and counters, and nothing else of p may be used. The transport checksum
// and the TCP flags are not tested: see ChecksumOK and ValidTCPFlags.
func (p *Packet) Parse(in Side, f *Frame) Reason { return p.parse(in, f, MaxPacket) }

// ParseTwentyFour is Parse as FireWall-1 has it: of a TCP segment in fragments,
// the first need not have the whole header if it has 24 bytes. Such a fragment
// has no ports, as a later one; Parse judges the whole segment.
func (p *Packet) ParseTwentyFour(in Side, f *Frame) Reason {
	const enough = 24
	return p.parse(in, f, enough)
}

// parse takes a first fragment of TCP with enough bytes, whatever is missing.
func (p *Packet) parse(in Side, f *Frame, enough int) Reason {
	if p.parsePlain(in, f) {
		return ReasonNone
	}
	return p.parseAny(in, f, enough)
}

// parseAny is parse for whatever the packet is.
func (p *Packet) parseAny(in Side, f *Frame, enough int) Reason {
	*p = Packet{Frame: f}
	p.Flow.In = in
	if r := p.parseNetwork(f); r != ReasonNone {
		return r
	}
	if martian(p.Version, p.Flow.Src) || martian(p.Version, p.Flow.Dst) {
		return Martian
	}
	if r := p.parseTransport(enough); r != ReasonNone {
		return r
	}
	// The box's own kernel reports to its own address about what was translated
	// to it; whoever forges that has to quote a packet of a session.
	if p.Flow.Src == p.Flow.Dst && p.ICMP != ICMPError {
		return Land
	}
	return p.checkOffload()
}
