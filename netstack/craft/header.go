package craft

import (
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/checksum"
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/netstack"
)

func (p *Packet) headerSize() int {
	if p.Src.Is4() {
		return header.IPv4MinimumSize
	}
	return header.IPv6MinimumSize
}

// header returns the IP header of a packet with a message of n bytes.
func (p *Packet) header(n int) []byte {
	b := make([]byte, p.headerSize(), p.headerSize()+n)
	if p.Src.Is6() {
		header.IPv6(b).Encode(&header.IPv6Fields{
			PayloadLength: uint16(n), TransportProtocol: tcpip.TransportProtocolNumber(p.Protocol), HopLimit: p.TTL,
			SrcAddr: tcpip.AddrFrom16(p.Src.As16()), DstAddr: tcpip.AddrFrom16(p.Dst.As16()),
		})
		return b
	}
	ip := header.IPv4(b)
	fields := header.IPv4Fields{
		TotalLength: uint16(len(b) + n), TTL: p.TTL, Protocol: uint8(p.Protocol),
		SrcAddr: tcpip.AddrFrom4(p.Src.As4()), DstAddr: tcpip.AddrFrom4(p.Dst.As4()),
	}
	if p.DontFragment {
		fields.Flags = header.IPv4FlagDontFragment
	}
	ip.Encode(&fields)
	ip.SetChecksum(^ip.CalculateChecksum())
	return b
}

// pseudo is the sum of the pseudo-header of a message of n bytes.
func (p *Packet) pseudo(n int) uint16 {
	return header.PseudoHeaderChecksum(tcpip.TransportProtocolNumber(p.Protocol),
		tcpip.AddrFromSlice(p.Src.AsSlice()), tcpip.AddrFromSlice(p.Dst.AsSlice()), uint16(n))
}

// finish fills in the checksum of the message.
func (p *Packet) finish(message []byte) {
	switch p.Protocol {
	case netstack.TCP:
		p.sum(message, header.TCPChecksumOffset, p.pseudo(len(message)))
	case netstack.UDP:
		header.UDP(message).SetLength(uint16(len(message)))
		p.sum(message, 6, p.pseudo(len(message)))
	case netstack.UDPLite:
		p.sum(message, 6, p.pseudo(len(message)))
	case netstack.DCCP:
		p.sum(message, 6, p.pseudo(len(message)))
	case netstack.ICMP:
		p.sum(message, 2, 0)
	case netstack.ICMPv6:
		p.sum(message, 2, p.pseudo(len(message)))
	case netstack.SCTP:
		sumSCTP(message)
	}
}

// sum puts the checksum of the message at an offset of it, which is 0.
func (p *Packet) sum(message []byte, at int, pseudo uint16) {
	sum := ^checksum.Checksum(message, pseudo)
	if sum == 0 && (p.Protocol == netstack.UDP || p.Protocol == netstack.UDPLite) {
		sum = 0xffff // 0 would say that there is none
	}
	checksum.Put(message[at:], sum)
}
