package netstack

import (
	"encoding/binary"

	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// SCTP's common header (RFC 9260 3.1): its length, and where the checksum is.
const (
	sctpHeader   = 12
	sctpChecksum = 8
)

// parseTransport validates the transport header of the packet, if it is there
// and known; of others, the addresses are all there is to a flow.
func (p *Packet) parseTransport(enough int) Reason {
	if p.later() {
		return ReasonNone
	}
	t := p.Bytes()[p.Transport:]
	r := p.parseProtocol(t)
	switch {
	case r != Short || !p.Fragment.Is:
		return r
	case p.Flow.Proto == TCP && len(t) >= enough:
		return ReasonNone
	}
	return FragShort
}

func (p *Packet) parseProtocol(t []byte) Reason {
	switch p.Flow.Proto {
	case TCP:
		return p.parseTCP(t)
	case UDP:
		return p.parseUDP(t)
	case ICMP, ICMPv6:
		return p.parseICMP(t)
	case DCCP:
		return p.parseDCCP(t)
	case SCTP:
		return p.parsePorts(t, sctpHeader)
	case UDPLite:
		return p.parseUDPLite(t)
	}
	return ReasonNone
}

// parsePorts takes a header of size bytes that starts with ports.
func (p *Packet) parsePorts(t []byte, size int) Reason {
	if len(t) < size {
		return Short
	}
	p.Flow.SrcPort = binary.BigEndian.Uint16(t)
	p.Flow.DstPort = binary.BigEndian.Uint16(t[2:])
	p.Payload = p.Transport + uint16(size)
	p.sum = sums[p.Flow.Proto]
	return ReasonNone
}

func (p *Packet) parseTCP(t []byte) Reason {
	if len(t) < header.TCPMinimumSize {
		return Short
	}
	size := int(header.TCP(t).DataOffset())
	if size < header.TCPMinimumSize {
		return BadHeader
	}
	p.TCPFlags = header.TCP(t).Flags()
	return p.parsePorts(t, size)
}

// parseUDP takes lengths that leave bytes over (RFC 9868 puts options there)
// but none that asks for more than there is.
func (p *Packet) parseUDP(t []byte) Reason {
	if len(t) < header.UDPMinimumSize {
		return Short
	}
	length := int(header.UDP(t).Length())
	if length < header.UDPMinimumSize {
		return BadHeader
	}
	if length > len(t) && !p.Fragment.Is {
		return Short
	}
	return p.parsePorts(t, header.UDPMinimumSize)
}

// parseUDPLite: the length is how much the checksum covers, 0 for all of it
// (RFC 3828 3.1).
func (p *Packet) parseUDPLite(t []byte) Reason {
	if len(t) < header.UDPMinimumSize {
		return Short
	}
	covered := int(header.UDP(t).Length())
	if covered != 0 && covered < header.UDPMinimumSize {
		return BadHeader
	}
	if covered > len(t) && !p.Fragment.Is {
		return Short
	}
	return p.parsePorts(t, header.UDPMinimumSize)
}

// parseDCCP: the header has four bytes more with long sequence numbers, and
// options up to its data offset (RFC 4340 5.1).
func (p *Packet) parseDCCP(t []byte) Reason {
	const short, long = 12, 16
	if len(t) < short {
		return Short
	}
	least, size := short, int(t[4])*4
	if t[8]&1 != 0 {
		least = long
	}
	if size < least {
		return BadHeader
	}
	return p.parsePorts(t, size)
}
