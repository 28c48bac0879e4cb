package tun

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/netstack"
)

// probe is a packet to try a device out with. It is what real traffic looks
// like to the kernel's virtio code, and broken to its IP code, which drops it
// before anything else looks at it.
type probe struct {
	what  string
	frame *netstack.Frame
}

// selfTest writes the probes to the interface, up for just that long.
// Kernels are known that promise an offload and then refuse its packets:
// Linux 6.6.44 and its kin a super-packet whose last segment is short.
func (d *Device) selfTest(file *os.File, probes []probe) error {
	link, err := newRawLink(file, vnetForm)
	if err != nil {
		return err
	}
	if err := d.control.up(); err != nil {
		return err
	}
	for _, p := range probes {
		if err = d.try(link, p); err != nil {
			break
		}
	}
	return errors.Join(err, d.control.down())
}

func (d *Device) try(link *rawLink, p probe) error {
	var errno syscall.Errno
	if err := link.conn.Control(func(fd uintptr) { errno = link.write(fd, p.frame) }); err != nil {
		return err
	}
	if errno != 0 {
		return fmt.Errorf("tun: interface %q: the kernel refuses %s: %w", d.Name(), p.what, errno)
	}
	return nil
}

// Two full segments and a short one.
const (
	probeSegment = 500
	probePayload = 2*probeSegment + 300
)

// superProbes are one super-packet for each IP version.
func superProbes() []probe {
	tcp := func(ipLen int, gso uint8) netstack.Offload {
		return netstack.Offload{
			Flags: netstack.NeedsCsum, GSOType: gso, GSOSize: probeSegment,
			HdrLen: uint16(ipLen + header.TCPMinimumSize), CsumStart: uint16(ipLen), CsumOffset: header.TCPChecksumOffset,
		}
	}
	v4 := brokenIPv4(header.TCPProtocolNumber, header.TCPMinimumSize+probePayload)
	v6 := brokenIPv6(header.TCPProtocolNumber, header.TCPMinimumSize+probePayload)
	encodeTCP(v4[header.IPv4MinimumSize:])
	encodeTCP(v6[header.IPv6MinimumSize:])
	return []probe{
		{"an IPv4 super-packet", newFrame(v4, tcp(header.IPv4MinimumSize, netstack.GSOTCPv4))},
		{"an IPv6 super-packet", newFrame(v6, tcp(header.IPv6MinimumSize, netstack.GSOTCPv6))},
	}
}

// datagramProbes are datagrams made into one super-packet, for each IP version;
// the kernel knows them since Linux 6.2.
func datagramProbes() []probe {
	udp := func(ipLen int) netstack.Offload {
		return netstack.Offload{
			Flags: netstack.NeedsCsum, GSOType: netstack.GSOUDPL4, GSOSize: probeSegment,
			HdrLen: uint16(ipLen + header.UDPMinimumSize), CsumStart: uint16(ipLen), CsumOffset: udpChecksum,
		}
	}
	v4 := brokenIPv4(header.UDPProtocolNumber, header.UDPMinimumSize+probePayload)
	v6 := brokenIPv6(header.UDPProtocolNumber, header.UDPMinimumSize+probePayload)
	encodeUDP(v4[header.IPv4MinimumSize:])
	encodeUDP(v6[header.IPv6MinimumSize:])
	return []probe{
		{"an IPv4 super-packet of datagrams", newFrame(v4, udp(header.IPv4MinimumSize))},
		{"an IPv6 super-packet of datagrams", newFrame(v6, udp(header.IPv6MinimumSize))},
	}
}

// partialProbe is a datagram whose checksum the kernel is to finish.
func partialProbe() probe {
	b := brokenIPv4(header.UDPProtocolNumber, header.UDPMinimumSize+probeSegment)
	encodeUDP(b[header.IPv4MinimumSize:])
	return probe{"a packet with a partial checksum", newFrame(b, netstack.Offload{
		Flags: netstack.NeedsCsum, CsumStart: header.IPv4MinimumSize, CsumOffset: udpChecksum,
	})}
}

// udpChecksum is where a UDP header has its checksum.
const udpChecksum = 6

// discard is the port of the discard service (RFC 863).
const discard = 9

func encodeTCP(b []byte) {
	header.TCP(b).Encode(&header.TCPFields{
		SrcPort: discard, DstPort: discard, DataOffset: header.TCPMinimumSize, Flags: header.TCPFlagAck,
	})
}

func encodeUDP(b []byte) {
	header.UDP(b).Encode(&header.UDPFields{SrcPort: discard, DstPort: discard, Length: uint16(len(b))})
}

// brokenIPv4 returns a packet between documentation addresses (RFC 5737) with
// room for payload bytes, whose header checksum is wrong.
func brokenIPv4(proto tcpip.TransportProtocolNumber, payload int) []byte {
	b := make([]byte, header.IPv4MinimumSize+payload)
	h := header.IPv4(b)
	h.Encode(&header.IPv4Fields{
		TotalLength: uint16(len(b)), TTL: 1, Protocol: uint8(proto),
		SrcAddr: tcpip.AddrFrom4([4]byte{192, 0, 2, 1}), DstAddr: tcpip.AddrFrom4([4]byte{192, 0, 2, 2}),
	})
	h.SetChecksum(h.CalculateChecksum()) // one's complement of the right one
	return b
}

// brokenIPv6 returns a packet between documentation addresses (RFC 3849) with
// room for payload bytes, whose header says that there is one more.
func brokenIPv6(proto tcpip.TransportProtocolNumber, payload int) []byte {
	b := make([]byte, header.IPv6MinimumSize+payload)
	header.IPv6(b).Encode(&header.IPv6Fields{
		PayloadLength: uint16(payload + 1), HopLimit: 1, TransportProtocol: proto,
		SrcAddr: tcpip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, 15: 1}),
		DstAddr: tcpip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, 15: 2}),
	})
	return b
}

func newFrame(packet []byte, o netstack.Offload) *netstack.Frame {
	f := netstack.NewFrame()
	f.SetLen(copy(f.Space(), packet))
	f.Offload = o
	return f
}
