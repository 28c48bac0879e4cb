package netstack

import (
	"gvisor.dev/gvisor/pkg/tcpip/checksum"
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
		return checksum.Checksum(t, 0) == 0xffff
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
	b, src, size := p.Bytes(), ipv4Src, header.IPv4AddressSize
	if p.Version == 6 {
		src, size = ipv6Src, header.IPv6AddressSize
	}
	dst := int(p.pseudoDst)
	pseudo := pseudoSum(b[src:src+size], b[dst:dst+size], p.Flow.Proto, len(t))
	return checksum.Checksum(t, pseudo) == 0xffff
}

// FinishChecksum completes a checksum that is left to the device, for a device
// that cannot. A super-packet's it leaves: each segment has another.
func (f *Frame) FinishChecksum() {
	o := f.Offload
	start, field := int(o.CsumStart), int(o.CsumStart)+int(o.CsumOffset)
	if !o.Partial() || o.GSO() || field+2 > f.n {
		return
	}
	b := f.Bytes()
	sum := ^checksum.Checksum(b[start:], 0)
	if sum == 0 {
		sum = 0xffff // the same sum; and in UDP, 0 would say that there is none
	}
	checksum.Put(b[field:], sum)
	f.Offload = Offload{}
}

// Finish is FinishChecksum of the packet's frame.
func (p *Packet) Finish() { p.Frame.FinishChecksum() }
