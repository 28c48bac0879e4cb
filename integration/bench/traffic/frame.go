package traffic

import (
	"encoding/binary"
	"net"
	"net/netip"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/checksum"
	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// Payload is what each of Datagrams carries, and Overhead what its frame has
// besides, in bytes.
const (
	Payload   = 18 // with the headers, the least that a frame may have
	Overhead  = header.EthernetMinimumSize + header.IPv4MinimumSize + header.UDPMinimumSize
	frameRoom = 128
)

// Nowhere is where packets are sent that nobody is to answer (RFC 2544).
var Nowhere = netip.MustParsePrefix("198.18.0.0/15")

// Where the hand-made packets come from and go to.
var (
	hosts  = [4]byte{10, 1, 0, 50} // the first of hostCount inside
	public = [4]byte{192, 0, 2, 1} // the firewall's
	afar   = [4]byte{203, 0, 113, 9}
)

// Endpoints are hostCount hosts inside with portCount ports each; flows beyond
// them go to further hosts outside, so that no translation runs out of ports.
const hostCount, portCount, firstPort = 200, 125, 2000

// builder makes Ethernet frames in a buffer of its own.
type builder struct{ frame [frameRoom]byte }

func newBuilder(from, to net.HardwareAddr) *builder {
	b := new(builder)
	copy(b.frame[:6], to)
	copy(b.frame[6:12], from)
	binary.BigEndian.PutUint16(b.frame[12:], uint16(header.IPv4ProtocolNumber))
	return b
}

// ip finishes a packet whose transport layer has this many bytes.
func (b *builder) ip(src, dst [4]byte, protocol tcpip.TransportProtocolNumber, size int) []byte {
	h := header.IPv4(b.frame[header.EthernetMinimumSize:])
	h.Encode(&header.IPv4Fields{
		TotalLength: uint16(header.IPv4MinimumSize + size), TTL: 64, Protocol: uint8(protocol), Flags: header.IPv4FlagDontFragment,
		SrcAddr: tcpip.AddrFrom4(src), DstAddr: tcpip.AddrFrom4(dst),
	})
	h.SetChecksum(^h.CalculateChecksum())
	return b.frame[:header.EthernetMinimumSize+header.IPv4MinimumSize+size]
}

// datagram is one of flow i, without a checksum of its payload.
func (b *builder) datagram(i int) []byte {
	host, port, far := i%hostCount, i/hostCount%portCount, i/(hostCount*portCount)
	src, dst := hosts, Nowhere.Addr().As4()
	src[3] += byte(host)
	dst[2], dst[3] = byte(far>>8), byte(far)
	header.UDP(b.transport()).Encode(&header.UDPFields{
		SrcPort: uint16(firstPort + port), DstPort: 9, Length: header.UDPMinimumSize + Payload,
	})
	return b.ip(src, dst, header.UDPProtocolNumber, header.UDPMinimumSize+Payload)
}

// spoofedSYN comes from one of the hosts and ports Nowhere.
func (b *builder) spoofedSYN(random uint32) []byte {
	src := Nowhere.Addr().As4()
	src[1], src[2], src[3] = src[1]+byte(random>>31), byte(random>>8), byte(random)
	return b.segment(src, public, uint16(1024+random>>16&0x7fff), FirstPort, header.TCPFlagSyn, random)
}

// segment is TCP without a payload.
func (b *builder) segment(src, dst [4]byte, from, to uint16, flags header.TCPFlags, seq uint32) []byte {
	t := header.TCP(b.transport())
	t.Encode(&header.TCPFields{SrcPort: from, DstPort: to, SeqNum: seq, AckNum: ^seq, DataOffset: header.TCPMinimumSize, Flags: flags, WindowSize: 0xffff})
	sum := header.PseudoHeaderChecksum(header.TCPProtocolNumber, tcpip.AddrFrom4(src), tcpip.AddrFrom4(dst), header.TCPMinimumSize)
	t.SetChecksum(^checksum.Checksum(t[:header.TCPMinimumSize], sum))
	return b.ip(src, dst, header.TCPProtocolNumber, header.TCPMinimumSize)
}

func (b *builder) transport() []byte {
	return b.frame[header.EthernetMinimumSize+header.IPv4MinimumSize:]
}
