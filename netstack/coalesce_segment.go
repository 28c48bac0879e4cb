package netstack

import (
	"encoding/binary"

	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// segment is a packet as a Coalescer sees it.
type segment struct {
	frame     *Frame
	bytes     []byte
	flow      FlowKey
	transport int // where the transport header starts
	payload   int // where the payload starts
	checksum  int // where, in the transport header, the checksum is
	gso       uint8
}

// Fields that only a Coalescer looks at: the IPv4 header's identification and
// protocol, the flag in its fragment word, and a UDP header's length.
const (
	ipv4ID       = 4
	ipv4Protocol = 9
	dontFragment = 1 << 14
	udpLength    = 4
)

// read looks at the packet in f, and reports whether its flow can be told: TCP
// or UDP right behind an IP header without options, and no fragment.
func (s *segment) read(f *Frame) bool {
	*s = segment{frame: f, bytes: f.Bytes()}
	if len(s.bytes) == 0 {
		return false
	}
	if s.bytes[0]>>4 == 6 {
		return s.read6() && s.readTransport()
	}
	return s.read4() && s.readTransport()
}

func (s *segment) read4() bool {
	b := s.bytes
	if b[0] != 4<<4|header.IPv4MinimumSize/4 || len(b) < header.IPv4MinimumSize ||
		int(binary.BigEndian.Uint16(b[ipv4Length:])) != len(b) || binary.BigEndian.Uint16(b[ipv4Fragment:])&^dontFragment != 0 {
		return false
	}
	s.transport = header.IPv4MinimumSize
	s.flow.Src, s.flow.Dst, s.flow.Proto = AddrFrom4(b[ipv4Src:]), AddrFrom4(b[ipv4Dst:]), Protocol(b[ipv4Protocol])
	return true
}

func (s *segment) read6() bool {
	b := s.bytes
	if len(b) < header.IPv6MinimumSize || int(binary.BigEndian.Uint16(b[ipv6Length:])) != len(b)-header.IPv6MinimumSize {
		return false
	}
	s.transport = header.IPv6MinimumSize
	s.flow.Src, s.flow.Dst, s.flow.Proto = AddrFrom16(b[ipv6Src:]), AddrFrom16(b[ipv6Dst:]), Protocol(b[ipv6Next])
	return true
}

func (s *segment) readTransport() bool {
	t := s.bytes[s.transport:]
	switch {
	case s.flow.Proto == UDP && len(t) >= header.UDPMinimumSize:
		s.payload, s.gso = s.transport+header.UDPMinimumSize, GSOUDPL4
	case s.flow.Proto == TCP && len(t) >= header.TCPMinimumSize && header.TCP(t).DataOffset() >= header.TCPMinimumSize:
		s.payload, s.gso = s.transport+int(header.TCP(t).DataOffset()), GSOTCPv4
		if s.transport == header.IPv6MinimumSize {
			s.gso = GSOTCPv6
		}
	default:
		return false
	}
	s.checksum = int(sumOf(s.flow.Proto, 4).offset)
	s.flow.SrcPort, s.flow.DstPort = binary.BigEndian.Uint16(t), binary.BigEndian.Uint16(t[2:])
	return s.payload <= len(s.bytes)
}

// size is how many bytes of payload the packet has.
func (s *segment) size() int { return len(s.bytes) - s.payload }

// Flags of TCP that a train has none of: they say something of their one
// segment, or the kernel's segmentation treats them in ways of its own.
const lonely = header.TCPFlagSyn | header.TCPFlagRst | header.TCPFlagUrg | header.TCPFlagCwr

// ending are the flags of TCP that only the last segment of a train has.
const ending = header.TCPFlagFin | header.TCPFlagPsh

// merges reports whether the packet may be part of a train.
func (s *segment) merges() bool {
	o, t := &s.frame.Offload, s.bytes[s.transport:]
	switch {
	case s.size() == 0 || o.GSO():
		return false
	case o.Partial() && (int(o.CsumStart) != s.transport || int(o.CsumOffset) != s.checksum):
		return false // it is that of a packet inside a tunnel
	case s.flow.Proto == TCP:
		return header.TCP(t).Flags()&lonely == 0
	}
	// Segments of a super-packet all have a checksum, and no options behind
	// their payload (RFC 9868).
	summed := o.Partial() || header.UDP(t).Checksum() != 0
	return summed && int(header.UDP(t).Length()) == len(t)
}

// begins reports whether the packet may be the first of a train that a device
// takes.
func (s *segment) begins(takes Offloads) bool {
	if s.flow.Proto == UDP {
		return takes&USO != 0 && s.merges()
	}
	return takes&TSO != 0 && s.merges() && header.TCP(s.bytes[s.transport:]).Flags()&ending == 0
}
