package netstack

import (
	"encoding/binary"

	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// icmpMin is the least length of every ICMP and ICMPv6 message that matters
// here: type, code, checksum and one word.
const icmpMin = 8

// icmpID is where a query has its identifier.
const icmpID = 4

// Queries and replies that the parser's library has no names for: the probe of
// an interface (RFC 8335), and Mobile IPv6's search for a home agent and its
// prefixes (RFC 6275 6.5 to 6.8). All have their identifier where echo has it.
const (
	icmpv4ExtendedEcho      header.ICMPv4Type = 42
	icmpv4ExtendedEchoReply header.ICMPv4Type = 43

	icmpv6HomeAgentRequest  header.ICMPv6Type = 144
	icmpv6HomeAgentReply    header.ICMPv6Type = 145
	icmpv6PrefixSolicit     header.ICMPv6Type = 146
	icmpv6PrefixAdvertise   header.ICMPv6Type = 147
	icmpv6ExtendedEcho      header.ICMPv6Type = 160
	icmpv6ExtendedEchoReply header.ICMPv6Type = 161
)

// parseICMP classifies a message, names its flow, and reads what it quotes. The
// other version's ICMP is just a protocol.
func (p *Packet) parseICMP(t []byte) Reason {
	p.sum = sumOf(p.Flow.Proto, p.Version)
	if p.sum.kind == noSum {
		return ReasonNone
	}
	if len(t) < icmpMin {
		return Short
	}
	p.Payload = p.Transport + icmpMin
	p.ICMPType, p.ICMPCode = t[0], t[1]
	p.ICMP = p.Flow.icmp(t)
	if p.ICMP == ICMPError {
		return p.parseQuote(t[icmpMin:])
	}
	return ReasonNone
}

// icmp sets the ports that stand for an ICMP query's identifier, if the message
// t is a query or a reply, and returns what it is. t has icmpMin bytes.
func (k *FlowKey) icmp(t []byte) ICMPKind {
	kind, request := icmpClass(k.Proto, t[0])
	id := binary.BigEndian.Uint16(t[icmpID:])
	switch kind {
	case ICMPQuery:
		k.SrcPort, k.DstPort = id, uint16(request)
	case ICMPReply:
		k.SrcPort, k.DstPort = uint16(request), id
	}
	return kind
}

// icmpClass returns what a message of this type is, and of a query or a reply
// the type that the request has. A redirect is no error here: it asks a host to
// change its routes, and is never forwarded on behalf of a session. Nor is a
// source quench, which nobody may send any more, or heed (RFC 6633).
func icmpClass(proto Protocol, kind uint8) (class ICMPKind, request uint8) {
	if proto == ICMPv6 {
		return icmpv6Class(header.ICMPv6Type(kind))
	}
	switch header.ICMPv4Type(kind) {
	case header.ICMPv4Echo, header.ICMPv4Timestamp, icmpv4ExtendedEcho:
		return ICMPQuery, kind
	case header.ICMPv4EchoReply:
		return ICMPReply, uint8(header.ICMPv4Echo)
	case header.ICMPv4TimestampReply:
		return ICMPReply, uint8(header.ICMPv4Timestamp)
	case icmpv4ExtendedEchoReply:
		return ICMPReply, uint8(icmpv4ExtendedEcho)
	case header.ICMPv4DstUnreachable, header.ICMPv4TimeExceeded, header.ICMPv4ParamProblem:
		return ICMPError, 0
	}
	return ICMPOther, 0
}

func icmpv6Class(kind header.ICMPv6Type) (class ICMPKind, request uint8) {
	switch kind {
	case header.ICMPv6EchoRequest, icmpv6HomeAgentRequest, icmpv6PrefixSolicit, icmpv6ExtendedEcho:
		return ICMPQuery, uint8(kind)
	case header.ICMPv6EchoReply, icmpv6HomeAgentReply, icmpv6PrefixAdvertise, icmpv6ExtendedEchoReply:
		return ICMPReply, uint8(kind) - 1
	case header.ICMPv6DstUnreachable, header.ICMPv6PacketTooBig, header.ICMPv6TimeExceeded, header.ICMPv6ParamProblem:
		return ICMPError, 0
	}
	return ICMPOther, 0
}
