package netstack

import (
	"encoding/binary"

	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// IPv6 extension headers, RFC 8200 4. ESP hides what follows it, and 59 says
// that nothing does: both are protocols here. AH is walked, as in RFC 4302.
const (
	hopByHop           Protocol = 0
	routing            Protocol = 43
	fragment           Protocol = 44
	destinationOptions Protocol = 60
)

// maxExtensions bounds the walk. RFC 8200 4.1 knows seven at most.
const maxExtensions = 8

// extensions walks from the end of the fixed header in b to the transport
// header, and leaves Flow.Proto, Transport and Fragment as it finds them. After a
// later fragment's header there are no headers, whatever it says comes next.
func (p *Packet) extensions(b []byte) Reason {
	for range maxExtensions {
		done, r := p.extension(b)
		if done || r != ReasonNone {
			return r
		}
	}
	return BadHeader
}

// extension steps over one extension header, or reports that there is none.
func (p *Packet) extension(b []byte) (done bool, r Reason) {
	proto := p.Flow.Proto
	switch proto {
	case hopByHop, routing, fragment, destinationOptions, AH:
	default:
		return true, ReasonNone
	}
	x := b[p.Transport:]
	if len(x) < 8 || len(x) < extensionLen(proto, x) {
		return true, Short
	}
	at, named := int(p.Transport), p.named
	x = x[:extensionLen(proto, x)]
	p.Flow.Proto, p.Transport, p.named = Protocol(x[0]), uint16(at+len(x)), uint16(at)
	switch proto {
	case hopByHop:
		return false, hopByHopOptions(at, x)
	case routing:
		return false, p.routing(at, x)
	case fragment:
		p.partNamed = named
		return p.fragmentHeader(x)
	}
	return false, ReasonNone
}

// extensionLen is the whole length of the extension header that x starts with.
func extensionLen(proto Protocol, x []byte) int {
	switch proto {
	case fragment:
		return header.IPv6FragmentHeaderSize
	case AH:
		return (int(x[1]) + 2) * 4
	}
	return (int(x[1]) + 1) * 8
}

// hopByHopOptions lets pass what every router may ignore: padding and router
// alert (RFC 2711). The header may only come first.
func hopByHopOptions(at int, x []byte) Reason {
	const pad1, padN, routerAlert = 0, 1, 5
	if at != header.IPv6MinimumSize {
		return BadHeader
	}
	for x = x[2:]; len(x) > 0; {
		switch {
		case x[0] == pad1:
			x = x[1:]
			continue
		case len(x) < 2 || int(x[1])+2 > len(x):
			return BadHeader
		case x[0] != padN && x[0] != routerAlert:
			return IPOption
		}
		x = x[int(x[1])+2:]
	}
	return ReasonNone
}

// routing judges a routing header. Type 0 is source routing (RFC 5095). A type
// 2 header (RFC 6275) names the one home address that the destination stands
// for, which is what its pseudo-header counts. Others must have arrived.
func (p *Packet) routing(at int, x []byte) Reason {
	const source, mobility, mobilityLen = 0, 2, 24
	kind, left := x[2], x[3]
	switch {
	case kind == source:
		return SourceRoute
	case left == 0:
		return ReasonNone
	case kind != mobility:
		return IPOption
	case left != 1 || len(x) != mobilityLen:
		return BadHeader
	}
	p.pseudoDst = uint16(at + 8)
	return ReasonNone
}

// fragmentHeader reads a fragment header; there may be one.
func (p *Packet) fragmentHeader(x []byte) (done bool, r Reason) {
	if p.part != 0 {
		return true, BadHeader
	}
	p.part = p.Transport
	place := binary.BigEndian.Uint16(x[2:])
	more, offset := place&1 != 0, place&^7
	if !more && offset == 0 {
		return false, ReasonNone // RFC 6946: fragmented, into one piece
	}
	p.Fragment = Fragment{true, more, offset, binary.BigEndian.Uint32(x[4:])}
	return offset != 0, ReasonNone
}
