package craft

import (
	"encoding/binary"
	"hash/crc32"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/netstack"
)

// transport returns the transport header, its checksum 0.
func (p *Packet) transport() []byte {
	switch p.Protocol {
	case netstack.TCP:
		return p.tcp()
	case netstack.UDP, netstack.UDPLite:
		return p.ports(header.UDPMinimumSize)
	case netstack.SCTP:
		return p.sctp()
	case netstack.DCCP:
		return p.dccp()
	case netstack.ICMP, netstack.ICMPv6:
		return p.icmp()
	}
	return nil
}

// ports starts a header of n bytes with them.
func (p *Packet) ports(n int) []byte {
	b := make([]byte, n)
	binary.BigEndian.PutUint16(b, p.SrcPort)
	binary.BigEndian.PutUint16(b[2:], p.DstPort)
	return b
}

func (p *Packet) tcp() []byte {
	b := p.ports(header.TCPMinimumSize)
	binary.BigEndian.PutUint32(b[4:], p.Seq)
	binary.BigEndian.PutUint32(b[8:], p.Ack)
	b[12], b[13] = header.TCPMinimumSize/4<<4, p.Flags
	binary.BigEndian.PutUint16(b[14:], p.Window)
	return b
}

// dccp is a Request, which begins a connection, with long sequence numbers (RFC
// 4340 5.1).
func (p *Packet) dccp() []byte {
	const size = 20
	b := p.ports(size)
	b[4], b[8] = size/4, 1
	return b
}

// SCTP's common header and its chunks (RFC 9260 3.1, 3.3.1, 3.3.2).
const (
	sctpCommon  = 12
	sctpInit    = 1
	sctpInitLen = 20
	sctpDataLen = 20 // with a word of data
)

// sctp is an INIT, which begins an association, if it has no tag, and else DATA
// of the packet's size, in whole words.
func (p *Packet) sctp() []byte {
	b := p.ports(sctpCommon)
	binary.BigEndian.PutUint32(b[4:], p.Seq)
	if p.Seq == 0 {
		return append(b, p.sctpInit()...)
	}
	size := max(sctpDataLen, (p.Size-p.headerSize()-sctpCommon)&^3)
	chunk := make([]byte, size)
	chunk[1] = 3 // first and last of its message
	binary.BigEndian.PutUint16(chunk[2:], uint16(size))
	return append(b, chunk...)
}

func (p *Packet) sctpInit() []byte {
	c := make([]byte, sctpInitLen)
	c[0] = sctpInit
	binary.BigEndian.PutUint16(c[2:], sctpInitLen)
	binary.BigEndian.PutUint32(c[4:], 1)     // the tag that it tells
	binary.BigEndian.PutUint32(c[8:], 1<<16) // window
	binary.BigEndian.PutUint16(c[12:], 1)    // streams, either way
	binary.BigEndian.PutUint16(c[14:], 1)
	return c
}

func sumSCTP(message []byte) {
	sum := crc32.Checksum(message, crc32.MakeTable(crc32.Castagnoli))
	binary.LittleEndian.PutUint32(message[8:], sum)
}

func (p *Packet) icmp() []byte {
	b := make([]byte, 8)
	b[0], b[1] = p.Type, p.Code
	binary.BigEndian.PutUint16(b[4:], p.ID)
	return b
}
