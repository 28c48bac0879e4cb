package netstack

import (
	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// ICMPKind says what an ICMP or ICMPv6 message is to a firewall.
type ICMPKind uint8

const (
	NotICMP   ICMPKind = iota
	ICMPQuery          // a request that expects a reply
	ICMPReply          // a reply to a query
	ICMPError          // speaks of the packet that it quotes
	ICMPOther          // neither: redirect, router discovery, neighbour discovery ...
)

// Fragment is what a fragment's header says of its place in the datagram. An
// IPv6 packet whose fragment header says that it is both the first and the last
// (RFC 6946) is a whole datagram.
type Fragment struct {
	Is     bool // false: a whole datagram, and the rest is zero
	More   bool
	Offset uint16 // in bytes
	ID     uint32
}

// Packet is a validated view over one packet. Parse sets every field, and
// after it every accessor is safe; the view borrows the frame's bytes until the
// frame is reused. The zero Packet is good to Parse into.
type Packet struct {
	Frame *Frame

	Flow      FlowKey // of a whole datagram or first fragment; ports 0 for later fragments
	Version   uint8   // 4 or 6
	ICMPType  uint8
	ICMPCode  uint8
	ICMP      ICMPKind
	TCPFlags  header.TCPFlags
	Transport uint16 // where the transport header starts
	Payload   uint16 // where its payload starts
	Fragment  Fragment
	// part is where a fragment's part of its datagram starts. In IPv6, named is
	// where the byte is that names the transport protocol, and partNamed where the
	// one is that names the fragment header.
	part, named, partNamed uint16
	end                    int  // where the packet ends, by its own word
	plain                  bool // see plain.go; false says nothing

	// Quoted is the flow of the packet that an ICMP error quotes, oriented as
	// that packet was when it was dropped: its Src is who sent it. In is the
	// side opposite to the error's. Set only if ICMP is ICMPError, and even
	// then zero, which no session has, if nothing can be said of the quoted
	// packet: a later fragment, an ICMP error, impossible addresses.
	Quoted FlowKey
	// quote is where the quoted packet starts, quoteTransport where its
	// transport header does.
	quote, quoteTransport uint16

	sum transportSum
	// pseudoDst is where the destination address is that the pseudo-header
	// counts: the header's own, or a routing header's last (RFC 8200 8.1).
	pseudoDst uint16
}
