package main

import (
	"errors"
	"net/netip"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/checksum"
	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// Who speaks with whom, through whom.
var (
	client  = netip.MustParseAddr("10.1.0.10")
	server  = netip.MustParseAddr("198.51.100.7")
	public  = netip.MustParseAddr("192.0.2.1")
	private = netip.MustParsePrefix("10.1.0.0/24")
)

// kind is a kind of packet from inside.
type kind struct {
	name    string
	passes  bool
	prepare func(*engine) (next func(i int) []byte, err error)
}

var kinds = []kind{
	{"established TCP", true, established},
	{"new UDP flow", true, newFlow},
	{"refused SYN", false, refusedSYN},
}

// connections are as many as an established segment may belong to.
const connections = 1000

// established are segments of 512 bytes of open connections, in turn, each sent
// again and again.
func established(e *engine) (func(int) []byte, error) {
	var segments [connections][]byte
	for i := range segments {
		port := uint16(40000 + i)
		if err := e.handshake(port); err != nil {
			return nil, err
		}
		segments[i] = segment{client, server, port, 80, header.TCPFlagAck, 1001, 5001, 512}.packet()
	}
	room := make([]byte, 2048)
	return func(i int) []byte {
		return room[:copy(room, segments[i%connections])]
	}, nil
}

// handshake opens a connection from inside. The server answers to where its SYN
// came from.
func (e *engine) handshake(port uint16) error {
	syn := segment{client, server, port, 80, header.TCPFlagSyn, 1000, 0, 0}.packet()
	if !e.pass(inside, syn) {
		return errors.New("the SYN does not pass")
	}
	if e.left != nil {
		syn = e.left()
	}
	ip := header.IPv4(syn)
	to, _ := netip.AddrFromSlice(ip.SourceAddressSlice())
	answer := segment{server, to, 80, header.TCP(ip.Payload()).SourcePort(), header.TCPFlagSyn | header.TCPFlagAck, 5000, 1001, 0}
	if !e.pass(outside, answer.packet()) {
		return errors.New("the SYN-ACK does not pass")
	}
	if !e.pass(inside, segment{client, server, port, 80, header.TCPFlagAck, 1001, 5001, 0}.packet()) {
		return errors.New("the ACK does not pass")
	}
	return nil
}

// newFlow are datagrams that each begin a flow, to one host after another.
func newFlow(*engine) (func(int) []byte, error) {
	b := make([]byte, header.IPv4MinimumSize+header.UDPMinimumSize+64)
	return func(i int) []byte {
		to := server.As4()
		to[2], to[3] = byte(i/10000), byte(i/40)
		u := header.UDP(b[header.IPv4MinimumSize:])
		u.Encode(&header.UDPFields{SrcPort: uint16(20000 + i%10000), DstPort: uint16(1000 + i/10000), Length: uint16(len(u))})
		return ip(b, header.UDPProtocolNumber, client, netip.AddrFrom4(to))
	}, nil
}

// refusedSYN are SYNs to telnet, the same again and again.
func refusedSYN(*engine) (func(int) []byte, error) {
	syn, room := segment{client, server, 40000, 23, header.TCPFlagSyn, 1000, 0, 0}.packet(), make([]byte, 64)
	return func(int) []byte { return room[:copy(room, syn)] }, nil
}

// segment is what a TCP packet says.
type segment struct {
	src, dst netip.Addr
	from, to uint16
	flags    header.TCPFlags
	seq, ack uint32
	payload  int
}

func (s segment) packet() []byte {
	b := make([]byte, header.IPv4MinimumSize+header.TCPMinimumSize+s.payload)
	t := header.TCP(b[header.IPv4MinimumSize:])
	t.Encode(&header.TCPFields{SrcPort: s.from, DstPort: s.to, SeqNum: s.seq, AckNum: s.ack, DataOffset: header.TCPMinimumSize, Flags: s.flags, WindowSize: 0xffff})
	t.SetChecksum(^checksum.Checksum(t, header.PseudoHeaderChecksum(header.TCPProtocolNumber, address(s.src), address(s.dst), uint16(len(t)))))
	return ip(b, header.TCPProtocolNumber, s.src, s.dst)
}

func ip(b []byte, protocol tcpip.TransportProtocolNumber, src, dst netip.Addr) []byte {
	h := header.IPv4(b)
	h.Encode(&header.IPv4Fields{TotalLength: uint16(len(b)), TTL: 64, Protocol: uint8(protocol), Flags: header.IPv4FlagDontFragment, SrcAddr: address(src), DstAddr: address(dst)})
	h.SetChecksum(^h.CalculateChecksum())
	return b
}

func address(a netip.Addr) tcpip.Address { return tcpip.AddrFrom4(a.As4()) }
