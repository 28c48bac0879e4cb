package netstack

import (
	"encoding/binary"

	"gvisor.dev/gvisor/pkg/tcpip/checksum"
	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// sumKind is how a transport protocol sums.
type sumKind uint8

const (
	noSum      sumKind = iota
	plain              // the message alone: ICMP
	withPseudo         // the message and a pseudo-header: TCP, DCCP, ICMPv6
	optional           // withPseudo; a field of 0 means none, so 0 is sent as 0xFFFF: UDP
	crc32c             // the message alone, by CRC32c: SCTP
)

// transportSum is how the packet's transport protocol sums, and where from the
// start of its header it keeps the result.
type transportSum struct {
	kind   sumKind
	offset uint8
}

// udpChecksum is where the UDP header has its checksum.
const udpChecksum = 6

// ChecksumOK reports whether the transport checksum of a TCP, UDP, ICMP or
// ICMPv6 packet is right, or the device vouches for it, or UDP over IPv4 has
// none. Of other protocols and of fragments it cannot tell, and says yes.
func (p *Packet) ChecksumOK() bool {
	o := &p.Frame.Offload
	if o.Flags&(NeedsCsum|DataValid) != 0 || p.Fragment.Is {
		return true
	}
	t := p.Bytes()[p.Transport:]
	switch p.Flow.Proto {
	case ICMP:
		return p.sum.kind == noSum || checksum.Checksum(t, 0) == 0xffff
	case TCP, ICMPv6:
		return p.sum.kind == noSum || p.sumsUp(t)
	case UDP:
		return p.udpSumsUp(t)
	}
	return true
}

func (p *Packet) udpSumsUp(t []byte) bool {
	udp := header.UDP(t)
	if udp.Checksum() == 0 {
		return p.Version == 4 // RFC 8200 8.1
	}
	return p.sumsUp(t[:udp.Length()])
}

// sumsUp reports whether t and its pseudo-header have the sum that a right
// checksum makes.
func (p *Packet) sumsUp(t []byte) bool {
	return checksum.Checksum(t, p.pseudoSum(len(t))) == 0xffff
}

// pseudoSum is the sum of the packet's pseudo-header for a message of n bytes.
func (p *Packet) pseudoSum(n int) uint16 {
	b, src, size := p.Bytes(), ipv4Src, header.IPv4AddressSize
	if p.Version == 6 {
		src, size = ipv6Src, header.IPv6AddressSize
	}
	var tail [4]byte
	binary.BigEndian.PutUint16(tail[:], uint16(n))
	tail[3] = byte(p.Flow.Proto)
	sum := checksum.Checksum(b[src:src+size], 0)
	sum = checksum.Checksum(b[p.pseudoDst:int(p.pseudoDst)+size], sum)
	return checksum.Checksum(tail[:], sum)
}
