package netstack

import (
	"encoding/binary"

	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// Bytes returns the packet, from its IP header to its last byte.
func (p *Packet) Bytes() []byte { return p.Frame.Bytes() }

// TCP returns the segment; only if Flow.Proto is TCP and it is no later
// fragment.
func (p *Packet) TCP() header.TCP { return header.TCP(p.Bytes()[p.Transport:]) }

// UDP returns the datagram; only if Flow.Proto is UDP and it is no later
// fragment.
func (p *Packet) UDP() header.UDP { return header.UDP(p.Bytes()[p.Transport:]) }

// Len is the packet's length in bytes; a super-packet's whole.
func (p *Packet) Len() int { return len(p.Frame.packet) }

// PayloadLen is the number of bytes after the transport header.
func (p *Packet) PayloadLen() int { return p.Len() - int(p.Payload) }

// Segments is how many packets on the wire this packet stands for: 1, or the
// segments of a super-packet.
func (p *Packet) Segments() int { return p.Frame.Segments() }

// WireSize is the length of the largest packet on the wire that this packet
// stands for.
func (p *Packet) WireSize() int {
	o := &p.Frame.Offload
	if !o.GSO() {
		return p.Len()
	}
	return min(p.Len(), int(o.HdrLen)+int(o.GSOSize))
}

// DontFragment reports whether no router may fragment the packet: IPv4's flag,
// and IPv6 always.
func (p *Packet) DontFragment() bool {
	return p.Version == 6 || p.Bytes()[ipv4Fragment]&0x40 != 0
}

// TTL is the number of hops that are left to the packet.
func (p *Packet) TTL() uint8 {
	if p.Version == 4 {
		return p.Bytes()[ipv4TTL]
	}
	return p.Bytes()[ipv6HopLimit]
}

// AddHop gives the packet one hop more, up to 255: the kernel takes one on the
// way to the firewall and one on the way from it, and they are to count as one.
func (p *Packet) AddHop() { addHop(p.Bytes()) }

// addHop is AddHop for the packet that b starts with.
func addHop(b []byte) { addTo(b[ipv4Checksum:], putHop(b, b[0]>>4)) }

// putHop writes the hop into the header that b starts with, and returns by how
// much that changes an IPv4 header's sum.
func putHop(b []byte, version uint8) delta {
	at, d := ipv4TTL, delta(0x0100) // the TTL is its word's upper byte
	if version == 6 {
		at, d = ipv6HopLimit, 0
	}
	if b[at] == 255 {
		return 0
	}
	b[at]++
	return d
}

// QuotedSCTPTag returns the verification tag of the SCTP packet that an ICMP
// error quotes, if it quotes one.
func (p *Packet) QuotedSCTPTag() (tag uint32, ok bool) {
	if p.Quoted.Proto != SCTP {
		return 0, false
	}
	return binary.BigEndian.Uint32(p.Bytes()[p.quoteTransport+4:]), true
}

// QuotedTCPSeq returns the sequence number of the TCP segment that an ICMP
// error quotes, if it quotes one.
func (p *Packet) QuotedTCPSeq() (seq uint32, ok bool) {
	if p.Quoted.Proto != TCP {
		return 0, false
	}
	return binary.BigEndian.Uint32(p.Bytes()[p.quoteTransport+4:]), true
}
