package netstack

import (
	"encoding/binary"
	"math/bits"

	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// Where the fields that a rewrite changes are in the IPv4 header.
const (
	ipv4Length   = 2
	ipv4Fragment = 6
	ipv4TTL      = 8
	ipv4Checksum = 10
	ipv4Src      = 12
	ipv4Dst      = 16
)

// parse4 reads an IPv4 packet that is wholly there.
func (p *Packet) parse4(b []byte) Reason {
	if r := p.walk4(b); r != ReasonNone {
		return r
	}
	switch {
	case p.end < int(p.Transport):
		return BadHeader
	case p.end > len(b):
		return Short
	case p.Transport > header.IPv4MinimumSize:
		if r := ipv4Options(b[header.IPv4MinimumSize:p.Transport]); r != ReasonNone {
			return r
		}
	}
	return p.checkFragment(p.end)
}

// walk4 reads an IPv4 header, of a packet that may be cut off after it.
func (p *Packet) walk4(b []byte) Reason {
	p.Version = 4
	if len(b) < header.IPv4MinimumSize {
		return Short
	}
	ip := header.IPv4(b[:header.IPv4MinimumSize])
	p.Flow.Src, p.Flow.Dst = AddrFrom4(ip[ipv4Src:]), AddrFrom4(ip[ipv4Dst:])
	p.Flow.Proto, p.pseudoDst = Protocol(ip.Protocol()), ipv4Dst
	p.Transport, p.end = uint16(ip.HeaderLength()), int(ip.TotalLength())
	if p.Transport < header.IPv4MinimumSize {
		return BadHeader
	}
	if int(p.Transport) > len(b) {
		return Short
	}
	total := ipv4Sum((*[header.IPv4MinimumSize]byte)(ip))
	if p.Transport > header.IPv4MinimumSize {
		total += uint64(bits.ReverseBytes16(sum(b[header.IPv4MinimumSize:p.Transport])))
	}
	if fold(total) != 0xffff {
		return BadChecksum
	}
	if binary.BigEndian.Uint16(ip[ipv4Fragment:])&^(1<<15|dontFragment) != 0 {
		p.Fragment = Fragment{true, ip.More(), ip.FragmentOffset(), uint32(ip.ID())}
		p.part = p.Transport
	}
	return ReasonNone
}

// ipv4Sum returns the sum, not folded, of a header without its options. It adds
// words as they lie in memory: see sum.
func ipv4Sum(ip *[header.IPv4MinimumSize]byte) uint64 {
	return uint64(binary.LittleEndian.Uint32(ip[:])) + uint64(binary.LittleEndian.Uint32(ip[4:])) +
		uint64(binary.LittleEndian.Uint32(ip[8:])) + uint64(binary.LittleEndian.Uint32(ip[12:])) + uint64(binary.LittleEndian.Uint32(ip[16:]))
}

// IPv4 options, RFC 791 3.1.
const (
	optionEnd         = 0
	optionNop         = 1
	optionLooseRoute  = 131
	optionStrictRoute = 137
)

// ipv4Options walks the options. Only padding may pass: routers and endpoints
// ignore or drop the rest (RFC 7126), and a source route picks its own way.
func ipv4Options(b []byte) Reason {
	verdict := ReasonNone
	for len(b) > 0 && b[0] != optionEnd {
		if b[0] == optionNop {
			b = b[1:]
			continue
		}
		if len(b) < 2 || b[1] < 2 || int(b[1]) > len(b) {
			return BadHeader
		}
		if verdict != SourceRoute {
			verdict = ipv4Option(b[0])
		}
		b = b[b[1]:]
	}
	return verdict
}

func ipv4Option(kind byte) Reason {
	if kind == optionLooseRoute || kind == optionStrictRoute {
		return SourceRoute
	}
	return IPOption
}
