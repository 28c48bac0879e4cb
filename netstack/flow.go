package netstack

import (
	"fmt"
	"net/netip"
)

// Protocol is an IP protocol number.
type Protocol uint8

const (
	ICMP    Protocol = 1
	IGMP    Protocol = 2
	TCP     Protocol = 6
	UDP     Protocol = 17
	DCCP    Protocol = 33
	GRE     Protocol = 47
	ESP     Protocol = 50
	AH      Protocol = 51
	ICMPv6  Protocol = 58
	SCTP    Protocol = 132
	UDPLite Protocol = 136
)

// HasPorts reports whether the protocol's header starts with a source and a
// destination port.
func (p Protocol) HasPorts() bool {
	switch p {
	case TCP, UDP, DCCP, SCTP, UDPLite:
		return true
	}
	return false
}

func (p Protocol) String() string {
	switch p {
	case ICMP:
		return "icmp"
	case IGMP:
		return "igmp"
	case TCP:
		return "tcp"
	case UDP:
		return "udp"
	case DCCP:
		return "dccp"
	case GRE:
		return "gre"
	case ESP:
		return "esp"
	case AH:
		return "ah"
	case ICMPv6:
		return "icmpv6"
	case SCTP:
		return "sctp"
	case UDPLite:
		return "udplite"
	}
	return fmt.Sprintf("proto/%d", uint8(p))
}

// FlowKey names a conversation by its packets in one direction, as they
// arrive: before any translation, on the side they arrive on. It is the one
// orientation of a flow in this program; the other direction's key, without
// translation, is Reverse.
//
// An ICMP query has no ports: its identifier stands as the asking side's port
// and the request's type as the answering side's, so that a request and its
// reply are each other's Reverse and an echo never meets a timestamp with the
// same identifier. Protocols without ports have zeros.
//
// It is 40 bytes, comparable and free of pointers.
type FlowKey struct {
	Src, Dst         Addr
	SrcPort, DstPort uint16
	Proto            Protocol
	In               Side
}

// Is reports whether k and o are equal. It is the == of keys, which for ones of
// this length calls a function that compares bytes.
func (k *FlowKey) Is(o *FlowKey) bool {
	return k.Src == o.Src && k.Dst == o.Dst && k.SrcPort == o.SrcPort && k.DstPort == o.DstPort && k.Proto == o.Proto && k.In == o.In
}

// Reverse returns the key of the packets of the other direction if they arrive
// on side in and nothing translates them.
func (k FlowKey) Reverse(in Side) FlowKey {
	return FlowKey{k.Dst, k.Src, k.DstPort, k.SrcPort, k.Proto, in}
}

// String returns "tcp 10.1.0.5:40000 -> 1.1.1.1:443".
func (k FlowKey) String() string {
	if !k.Proto.HasPorts() && k.Proto != ICMP && k.Proto != ICMPv6 {
		return fmt.Sprintf("%v %v -> %v", k.Proto, k.Src, k.Dst)
	}
	return fmt.Sprintf("%v %v -> %v", k.Proto,
		netip.AddrPortFrom(k.Src.Netip(), k.SrcPort), netip.AddrPortFrom(k.Dst.Netip(), k.DstPort))
}
