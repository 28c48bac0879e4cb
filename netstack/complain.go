package netstack

import (
	"encoding/binary"

	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// MakeUnreachable makes in f the Destination Unreachable with which the router
// from tells p's sender that it was not passed: with v4code in ICMP, with v6code
// in ICMPv6. It makes none, and returns false, where an error may not be
// answered with an error (RFC 1122 3.2.2, RFC 4443 2.4), and if from is not of
// p's IP version.
//
// The error quotes p as it is now: it is to be made before p is rewritten.
// f is not p's frame.
func (p *Packet) MakeUnreachable(f *Frame, from Addr, v4code, v6code uint8) bool {
	if p.Version == 4 {
		return p.complain(f, from, uint8(header.ICMPv4DstUnreachable), v4code, 0)
	}
	return p.complain(f, from, uint8(header.ICMPv6DstUnreachable), v6code, 0)
}

// MakeTooBig makes in f the Fragmentation Needed (RFC 1191) or Packet Too Big
// that asks p's sender for packets of at most mtu bytes, which is at least 68 or
// 1280. It is MakeUnreachable otherwise. Whether p may be fragmented instead is
// for the caller to ask.
func (p *Packet) MakeTooBig(f *Frame, from Addr, mtu int) bool {
	if p.Version == 4 {
		mtu = min(mtu, MaxPacket) // the field has 16 bits
		return p.complain(f, from, uint8(header.ICMPv4DstUnreachable), uint8(header.ICMPv4FragmentationNeeded), mtu)
	}
	return p.complain(f, from, uint8(header.ICMPv6PacketTooBig), 0, mtu)
}

// internetworkControl is the precedence of ICMP errors (RFC 1812 4.3.2.5).
const internetworkControl = 0xc0

// complain makes an ICMP error about p whose second word is rest.
func (p *Packet) complain(f *Frame, from Addr, kind, code uint8, rest int) bool {
	if p.complaint() || p.later() || from.IsZero() || from.Is4() != (p.Version == 4) {
		return false
	}
	e := emission{src: from, dst: p.Flow.Src, proto: ICMPv6}
	if p.Version == 4 {
		e.proto, e.tos = ICMP, internetworkControl
	}
	n := p.quotable()
	t := e.begin(f, icmpMin+n)
	t[0], t[1] = kind, code
	binary.BigEndian.PutUint32(t[4:], uint32(rest))
	p.quoteInto(t[icmpMin:])
	e.end(t)
	return true
}

// complaint reports whether p is a message that may not be answered with an ICMP
// error: one itself, be it one that passes for none here, or a redirect.
func (p *Packet) complaint() bool {
	switch {
	case p.ICMP == ICMPOther && p.Version == 4:
		kind := header.ICMPv4Type(p.ICMPType)
		return kind == header.ICMPv4Redirect || kind == header.ICMPv4SrcQuench
	case p.ICMP == ICMPOther:
		return header.ICMPv6Type(p.ICMPType) == header.ICMPv6RedirectMsg
	}
	return p.ICMP == ICMPError
}

// quotable is how many bytes of p an ICMP error quotes: as many as fit what every
// host can receive (RFC 1812 4.3.2.3, RFC 4443 3.1).
func (p *Packet) quotable() int {
	room := header.IPv6MinimumMTU - header.IPv6MinimumSize - icmpMin
	if p.Version == 4 {
		room = header.IPv4MinimumProcessableDatagramSize - header.IPv4MinimumSize - icmpMin
	}
	return min(room, p.WireSize())
}

// quoteInto fills q with the start of p. A super-packet is never on the wire:
// what is quoted has the length of its first segment.
func (p *Packet) quoteInto(q []byte) {
	copy(q, p.Bytes())
	if !p.Frame.Offload.GSO() {
		return
	}
	if p.Version == 6 {
		header.IPv6(q).SetPayloadLength(uint16(p.WireSize() - header.IPv6MinimumSize))
		return
	}
	addTo(q[ipv4Checksum:], put16(q[ipv4Length:], uint16(p.WireSize())))
}
