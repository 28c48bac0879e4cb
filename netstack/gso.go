package netstack

import "gvisor.dev/gvisor/pkg/tcpip/header"

// checkOffload holds what the device said against the packet. What passes is
// sent on as it is, and the kernel then writes where it says.
func (p *Packet) checkOffload() Reason {
	o := &p.Frame.Offload
	if !o.GSO() {
		o.HdrLen, o.GSOSize = 0, 0
		if o.Partial() && !p.partialFits() {
			return BadHeader
		}
		return ReasonNone
	}
	// Linux always leaves the checksums of a super-packet to be finished.
	if p.Fragment.Is || o.GSOSize == 0 || !p.partial() || !p.gsoFits() {
		return BadHeader
	}
	// The kernel says how much of the packet is linear, not where headers end.
	o.HdrLen = p.Payload
	return ReasonNone
}

// partial reports whether the packet's own transport checksum is the one that
// the device left to be finished.
func (p *Packet) partial() bool {
	o := &p.Frame.Offload
	return o.Partial() && o.CsumStart == p.Transport && o.CsumOffset == uint16(p.sum.offset)
}

// partialFits reports whether the unfinished checksum is TCP's or UDP's own. Or
// it is that of a packet inside a tunnel, which Linux leaves unfinished since
// 6.17: then it lies in the payload, and the tunnel's own checksum already
// allows for it. It is no fragment's: Linux finishes a checksum before it cuts.
func (p *Packet) partialFits() bool {
	o := &p.Frame.Offload
	if p.Fragment.Is || int(o.CsumStart)+int(o.CsumOffset)+2 > p.Len() {
		return false
	}
	if p.partial() {
		return p.Flow.Proto == TCP || p.Flow.Proto == UDP
	}
	tunnel := p.Flow.Proto == UDP || p.sum.kind == noSum
	return tunnel && o.CsumStart >= p.Payload
}

// gsoFits reports whether the kind of super-packet is that of the headers.
func (p *Packet) gsoFits() bool {
	switch p.Frame.Offload.GSOType {
	case GSOTCPv4, GSOTCPv4 | GSOECN:
		return p.Flow.Proto == TCP && p.Version == 4
	case GSOTCPv6, GSOTCPv6 | GSOECN:
		return p.Flow.Proto == TCP && p.Version == 6
	case GSOUDPL4:
		return p.Flow.Proto == UDP && int(header.UDP(p.Bytes()[p.Transport:]).Length()) == p.Len()-int(p.Transport)
	}
	return false
}
