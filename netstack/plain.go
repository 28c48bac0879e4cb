package netstack

import (
	"encoding/binary"

	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// Plain packets
//
// Nearly all packets are whole ones of TCP or UDP, in IPv4 without options, and
// have each field in its place. What is done to every packet, parsing and
// forwarding, is here once more for them, in the fewest steps. parsePlain only
// ever says yes: what else a packet may be, and what is wrong with it, is found
// out by parseAny, which takes them all. TestPlainIsAny and FuzzParse hold the one
// against the other.

// Where the fields of plain packets are, and how long these are at least.
const (
	plainPorts = header.IPv4MinimumSize
	plainUDP   = plainPorts + header.UDPMinimumSize
	plainTCP   = plainPorts + header.TCPMinimumSize
)

// parsePlain makes p the view of f if that is a plain packet, which parseAny would
// take as well. If it returns false, nothing has changed.
func (p *Packet) parsePlain(in Side, f *Frame) bool {
	if len(f.packet) < plainUDP {
		return false
	}
	b := (*[plainUDP]byte)(f.packet)
	proto, end := Protocol(b[ipv4Protocol]), int(binary.BigEndian.Uint16(b[ipv4Length:]))
	if end > len(f.packet) || !plainHeader(b) || !f.Offload.isPlain(sums[proto].offset) {
		return false
	}
	payload, flags := plainTransport(proto, f.packet[:end])
	if payload == 0 {
		return false
	}
	*p = Packet{}
	p.Frame, p.Version, p.plain = f, 4, true
	p.Flow.Src, p.Flow.Dst, p.Flow.Proto, p.Flow.In = AddrFrom4(b[ipv4Src:]), AddrFrom4(b[ipv4Dst:]), proto, in
	p.Flow.SrcPort, p.Flow.DstPort = binary.BigEndian.Uint16(b[plainPorts:]), binary.BigEndian.Uint16(b[plainPorts+2:])
	p.TCPFlags, p.Transport, p.Payload, p.end = flags, plainPorts, payload, end
	p.sum, p.pseudoDst = sums[proto], ipv4Dst
	f.Offload.HdrLen, f.Offload.GSOSize = 0, 0
	f.SetLen(end)
	return true
}

// plainHeader reports whether b starts with the IPv4 header of a plain packet.
func plainHeader(b *[plainUDP]byte) bool {
	const version, whole = 0x45, ^uint16(1<<15 | dontFragment)
	src, dst := binary.BigEndian.Uint32(b[ipv4Src:]), binary.BigEndian.Uint32(b[ipv4Dst:])
	return b[0] == version && binary.BigEndian.Uint16(b[ipv4Fragment:])&whole == 0 &&
		!martian4(src) && !martian4(dst) && src != dst &&
		fold(ipv4Sum((*[header.IPv4MinimumSize]byte)(b[:]))) == 0xffff
}

// plainTransport returns where the payload of the packet b starts, if b has the
// header of TCP or UDP after that of IPv4; 0 if not.
func plainTransport(proto Protocol, b []byte) (payload uint16, flags header.TCPFlags) {
	switch {
	case proto == TCP && len(b) >= plainTCP:
		t := header.TCP(b[plainPorts:plainTCP])
		payload = plainPorts + uint16(t.DataOffset())
		if payload < plainTCP || int(payload) > len(b) {
			return 0, 0
		}
		return payload, t.Flags()
	case proto == UDP && len(b) >= plainUDP:
		n := header.UDP(b[plainPorts:plainUDP]).Length()
		if n < header.UDPMinimumSize || plainPorts+int(n) > len(b) {
			return 0, 0
		}
		return plainUDP, 0
	}
	return 0, 0
}

// isPlain reports whether o says no more of a plain packet than that its checksum,
// which is at offset in the transport header, is to be finished, or is right.
func (o *Offload) isPlain(offset uint8) bool {
	return !o.GSO() && (!o.Partial() || o.CsumStart == plainPorts && o.CsumOffset == uint16(offset))
}

// forwardPlain is Forward of a plain packet.
func (p *Packet) forwardPlain(to *FlowKey) {
	b := (*[plainUDP]byte)(p.Frame.packet)
	addresses := put32(b[ipv4Src:], to.Src.V4()) + put32(b[ipv4Dst:], to.Dst.V4())
	ports := put32(b[plainPorts:], uint32(to.SrcPort)<<16|uint32(to.DstPort))
	addTo(b[ipv4Checksum:], addresses+putHop(b[:], 4))
	field := b[plainUDP-2:]
	if p.Flow.Proto == TCP {
		field = p.Frame.packet[plainTCP-4 : plainTCP]
	}
	switch {
	case p.Frame.Offload.Partial():
		addToPartial(field, addresses)
	case p.Flow.Proto == UDP:
		addToOptional(field, addresses+ports)
	default:
		addTo(field, addresses+ports)
	}
	p.Flow = *to
}
