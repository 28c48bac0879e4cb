package tun

import (
	"gvisor.dev/gvisor/pkg/tcpip/checksum"
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/netstack"
)

// finish makes f a packet that needs no offload of the device, and reports
// whether it could: not a super-packet, which would have to be split.
func finish(f *netstack.Frame) bool {
	f.FinishChecksum()
	return !f.Offload.GSO() && !f.Offload.Partial()
}

// restoreUDPChecksum writes the checksum of a UDP datagram over IPv6 as 0xFFFF
// if it was computed as 0 and left so: receivers drop a 0 there (RFC 768,
// RFC 8200 section 8.1), and wireguard/tun leaves one in 65536.
func restoreUDPChecksum(b []byte) {
	ip := header.IPv6(b)
	if len(b) < header.IPv6MinimumSize+header.UDPMinimumSize || ip.NextHeader() != uint8(header.UDPProtocolNumber) ||
		b[0]>>4 != header.IPv6Version {
		return
	}
	udp := header.UDP(b[header.IPv6MinimumSize:])
	if udp.Checksum() != 0 || int(ip.PayloadLength()) != len(udp) || int(udp.Length()) != len(udp) {
		return // a checksum of other bytes than these is nothing to judge
	}
	sum := header.PseudoHeaderChecksum(header.UDPProtocolNumber, ip.SourceAddress(), ip.DestinationAddress(), uint16(len(udp)))
	if checksum.Checksum(udp, sum) == 0xffff {
		udp.SetChecksum(0xffff)
	}
}
