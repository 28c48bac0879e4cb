package netstack

import (
	"encoding/binary"

	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// Rewrite makes the packet one of the flow to: it writes the addresses and
// ports that differ, and an ICMP query's identifier (the asking side's port; the
// other is not in the packet). Every checksum stays as right as it was: full, left
// to the device, or absent. A later fragment has only addresses, and the ports
// of a fragmented SCTP packet cannot be rewritten: its CRC needs all of it.
//
// to has the protocol and the IP version of Flow, which it then replaces.
func (p *Packet) Rewrite(to FlowKey) { p.rewrite(&to, 0) }

// Forward is AddHop and Rewrite.
func (p *Packet) Forward(to *FlowKey) {
	if p.plain {
		p.forwardPlain(to)
		return
	}
	p.rewrite(to, putHop(p.Bytes(), p.Version))
}

// rewrite is Rewrite of a packet whose IPv4 header has changed by ip, which is
// not yet in its checksum.
func (p *Packet) rewrite(to *FlowKey, ip delta) {
	if p.Flow.Is(to) {
		addTo(p.Bytes()[ipv4Checksum:], ip)
		return
	}
	t := p.Bytes()[p.Transport:]
	var message delta
	switch {
	case p.later():
	case p.sum.kind == crc32c:
		putSCTPPorts(t, to)
	default:
		message = putPorts(t, p.Flow.Proto, p.ICMP, to)
	}
	p.redirect(to, ip, message)
	p.Flow = *to
}

// redirect gives the packet the addresses of to, and its checksums what that
// changes and what the IPv4 header and the message have changed by.
func (p *Packet) redirect(to *FlowKey, ip, message delta) {
	b := p.Bytes()
	fromSrc, fromDst := putAddresses(b, p.Version, to, ip)
	if p.pseudoDst != ipv4Dst && p.pseudoDst != ipv6Dst {
		fromDst = 0 // a routing header's address is the one that counts
	}
	t := b[p.Transport:]
	if p.partial() {
		addToPartial(t[p.sum.offset:], fromSrc+fromDst)
		return
	}
	p.sum.update(t, fromSrc+fromDst, message)
}

// Identify gives an IPv4 packet another identification.
func (p *Packet) Identify(id uint16) { identify(p.Bytes(), id) }

// identify is Identify for the packet that b starts with.
func identify(b []byte, id uint16) { addTo(b[ipv4Checksum:], put16(b[ipv4ID:], id)) }

// putAddresses writes the addresses of to into the IP header that b starts with,
// and returns by how much each changed the sums over it. The IPv4 header's checksum
// is made right, of a header that has changed by ip already.
func putAddresses(b []byte, version uint8, to *FlowKey, ip delta) (fromSrc, fromDst delta) {
	if version == 6 {
		return put128(b[ipv6Src:], to.Src), put128(b[ipv6Dst:], to.Dst)
	}
	b = b[:header.IPv4MinimumSize]
	fromSrc, fromDst = put32(b[ipv4Src:], to.Src.V4()), put32(b[ipv4Dst:], to.Dst.V4())
	addTo(b[ipv4Checksum:], ip+fromSrc+fromDst)
	return fromSrc, fromDst
}

// putPorts writes the ports, or the identifier of an ICMP query, at the start of
// the message t, and returns by how much the message's sum changes.
func putPorts(t []byte, proto Protocol, icmp ICMPKind, to *FlowKey) delta {
	switch {
	case icmp == ICMPQuery:
		return put16(t[icmpID:], to.SrcPort)
	case icmp == ICMPReply:
		return put16(t[icmpID:], to.DstPort)
	case proto.HasPorts():
		return put32(t, uint32(to.SrcPort)<<16|uint32(to.DstPort))
	}
	return 0
}

// putSCTPPorts writes the ports and makes up for them in the checksum. CRCs are
// linear, so one that was wrong is then as wrong as it was. One of 0 is absent,
// and stays so (RFC 9653).
func putSCTPPorts(t []byte, to *FlowKey) {
	before := crc(t)
	putPorts(t, SCTP, NotICMP, to)
	field := t[sctpChecksum:]
	if sum := binary.LittleEndian.Uint32(field); sum != 0 {
		binary.LittleEndian.PutUint32(field, sum^before^crc(t))
	}
}
