package main

import (
	"encoding/binary"
	"net/netip"
)

// Protocol numbers of packet.proto.
const (
	icmp = 1
	tcp  = 6
	udp  = 17
)

// rst is TCP's flag of packet.flags.
const rst = 4

// packet is what a sniffer saw of an IPv4 packet.
type packet struct {
	src, dst     netip.Addr
	proto        uint8
	id           uint16
	offset, size int // of the payload in the datagram, in bytes
	more         bool
	sport, dport uint16 // of a first fragment of TCP or UDP
	flags        byte   // of TCP
	icmpType     byte
}

// dissect reads the headers of an IPv4 packet of at least 20 bytes.
func dissect(b []byte) packet {
	p := packet{
		proto: b[9], src: netip.AddrFrom4([4]byte(b[12:])), dst: netip.AddrFrom4([4]byte(b[16:])),
		id:     binary.BigEndian.Uint16(b[4:]),
		offset: int(binary.BigEndian.Uint16(b[6:])&0x1fff) * 8, more: b[6]&0x20 != 0,
	}
	end := min(int(binary.BigEndian.Uint16(b[2:])), len(b))
	payload := b[min(int(b[0]&15)*4, end):end]
	p.size = len(payload)
	switch {
	case p.offset > 0:
	case p.proto == icmp && p.size > 0:
		p.icmpType = payload[0]
	case (p.proto == tcp || p.proto == udp) && p.size >= 4:
		p.sport, p.dport = binary.BigEndian.Uint16(payload), binary.BigEndian.Uint16(payload[2:])
		if p.proto == tcp && p.size >= 14 {
			p.flags = payload[13]
		}
	}
	return p
}
