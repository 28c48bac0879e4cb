package netstack

import "encoding/binary"

// quoteMin is how much of a quoted transport header must be there to say which
// conversation it is of, and with TCP which sequence number (RFC 792).
const quoteMin = 8

// parseQuote reads the packet that an ICMP error quotes. It may be cut off, but
// its IP header must be whole and, in IPv4, have a right checksum (RFC 5508
// REQ-3).
func (p *Packet) parseQuote(q []byte) Reason {
	var inner Packet
	if r := inner.parseQuoted(q, p.Version); r != ReasonNone {
		return r
	}
	p.quote, p.quoteTransport = p.Payload, p.Payload+inner.Transport
	quoted, r := inner.quotedFlow(q[inner.Transport:])
	if r != ReasonNone || quoted == (FlowKey{}) {
		return r
	}
	quoted.In = p.Flow.In.Opposite()
	p.Quoted = quoted
	return ReasonNone
}

// quotedFlow returns the flow of a quoted packet whose transport header, or its
// start, is t; the zero flow if it can be of no session: a later fragment, an
// ICMP error (RFC 1122 3.2.2), addresses that were never forwarded.
func (p *Packet) quotedFlow(t []byte) (FlowKey, Reason) {
	k := p.Flow // without ports
	if p.Fragment.Offset != 0 || martian(p.Version, p.Flow.Src) || martian(p.Version, p.Flow.Dst) {
		return FlowKey{}, ReasonNone
	}
	if sumOf(p.Flow.Proto, p.Version).kind == noSum {
		return k, ReasonNone // no protocol that is known
	}
	if len(t) < quoteMin {
		return FlowKey{}, Short
	}
	if p.Flow.Proto.HasPorts() {
		k.SrcPort, k.DstPort = binary.BigEndian.Uint16(t), binary.BigEndian.Uint16(t[2:])
	} else if k.icmp(t) == ICMPError {
		return FlowKey{}, ReasonNone
	}
	return k, ReasonNone
}
