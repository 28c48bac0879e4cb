package netstack

import (
	"encoding/binary"

	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// ChecksumOK reports whether the transport checksum of a TCP, UDP, ICMP or
// ICMPv6 packet is right, or the device vouches for it, or UDP over IPv4 has
// none. Of other protocols and of fragments it cannot tell, and says yes.
func (p *Packet) ChecksumOK() bool {
	if p.Frame.Offload.Flags&(NeedsCsum|DataValid) != 0 || p.Fragment.Is {
		return true
	}
	t := p.Bytes()[p.Transport:]
	switch p.sum.kind {
	case plain:
		return sum(t) == 0xffff
	case withPseudo:
		return p.Flow.Proto == DCCP || p.sumsUp(t)
	case optional:
		return p.Flow.Proto == UDPLite || p.udpSumsUp(t)
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
	dst := p.Flow.Dst
	if p.Version == 6 && p.pseudoDst != ipv6Dst {
		dst = AddrFrom16(p.Bytes()[p.pseudoDst:])
	}
	return fold(uint64(sum(t))+pseudoSum(p.Flow.Src, dst, p.Flow.Proto, len(t))) == 0xffff
}

// FinishChecksum completes a checksum that is left to the device, for a device
// that cannot. A super-packet's it leaves: each segment has another.
func (f *Frame) FinishChecksum() {
	o := f.Offload
	start, field := int(o.CsumStart), int(o.CsumStart)+int(o.CsumOffset)
	if !o.Partial() || o.GSO() || field+2 > len(f.packet) {
		return
	}
	b := f.Bytes()
	complete := ^sum(b[start:])
	if complete == 0 {
		complete = 0xffff // the same sum; and in UDP, 0 would say that there is none
	}
	binary.BigEndian.PutUint16(b[field:], complete)
	f.Offload = Offload{}
}

// Finish is FinishChecksum of the packet's frame.
func (p *Packet) Finish() { p.Frame.FinishChecksum() }
