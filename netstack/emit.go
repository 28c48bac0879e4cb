package netstack

import (
	"encoding/binary"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// replyTTL is how many hops a packet of the firewall's own making may take
// (RFC 1700).
const replyTTL = 64

// emission is a packet that the firewall itself makes.
type emission struct {
	src, dst Addr // of one family
	proto    Protocol
	tos      uint8
}

// begin starts the packet in f, and returns the n bytes for its message, which
// hold whatever was there before.
func (e emission) begin(f *Frame, n int) []byte {
	f.Offload = Offload{}
	if e.src.Is4() {
		f.SetLen(header.IPv4MinimumSize + n)
		e.header4(header.IPv4(f.Bytes()))
		return f.Bytes()[header.IPv4MinimumSize:]
	}
	f.SetLen(header.IPv6MinimumSize + n)
	e.header6(header.IPv6(f.Bytes()))
	return f.Bytes()[header.IPv6MinimumSize:]
}

// header4 writes an IPv4 header. The packet may not be fragmented, so its
// identification may be 0 (RFC 6864).
func (e emission) header4(ip header.IPv4) {
	src, dst := e.src.As16(), e.dst.As16()
	ip.Encode(&header.IPv4Fields{
		TOS:         e.tos,
		TotalLength: uint16(len(ip)),
		Flags:       header.IPv4FlagDontFragment,
		TTL:         replyTTL,
		Protocol:    uint8(e.proto),
		SrcAddr:     tcpip.AddrFrom4([4]byte(src[12:])),
		DstAddr:     tcpip.AddrFrom4([4]byte(dst[12:])),
	})
	ip.SetChecksum(^ip.CalculateChecksum())
}

func (e emission) header6(ip header.IPv6) {
	ip.Encode(&header.IPv6Fields{
		PayloadLength:     uint16(len(ip) - header.IPv6MinimumSize),
		TransportProtocol: tcpip.TransportProtocolNumber(e.proto),
		HopLimit:          replyTTL,
		SrcAddr:           tcpip.AddrFrom16(e.src.As16()),
		DstAddr:           tcpip.AddrFrom16(e.dst.As16()),
	})
}

// end completes the message t with its checksum.
func (e emission) end(t []byte) {
	version := uint8(6)
	if e.src.Is4() {
		version = 4
	}
	kind := sumOf(e.proto, version)
	field := t[kind.offset:]
	binary.BigEndian.PutUint16(field, 0)
	total := uint64(sum(t))
	if kind.kind == withPseudo {
		total += pseudoSum(e.src, e.dst, e.proto, len(t))
	}
	binary.BigEndian.PutUint16(field, ^fold(total))
}
