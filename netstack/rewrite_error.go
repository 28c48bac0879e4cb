package netstack

// RewriteError makes an ICMP error one from src to dst that speaks of a packet
// of the flow quoted, as whoever sent that packet knows it. The quotation's
// addresses, ports or identifier and checksums, as far as they are quoted, and
// the error's own checksum are all put right. A quoted SCTP checksum stays as it
// is: quotations are cut off, and nobody verifies them.
//
// Only if ICMP is ICMPError. src, dst and quoted have the IP version of the
// packet, and quoted the protocol of Quoted; they replace Flow's and Quoted. A
// packet whose Quoted is zero has its quotation left alone.
func (p *Packet) RewriteError(src, dst Addr, quoted FlowKey) {
	var message delta
	if p.Quoted != (FlowKey{}) {
		message = p.rewriteQuote(&quoted)
		p.Quoted = quoted
	}
	p.redirect(&FlowKey{Src: src, Dst: dst}, 0, message)
	p.Flow.Src, p.Flow.Dst = src, dst
}

// quotedMost is how much of a quoted transport header may change: up to the
// checksum of TCP.
const quotedMost = 18

// rewriteQuote rewrites the quoted packet, and returns by how much that changes
// the sum of the message that quotes it.
func (p *Packet) rewriteQuote(to *FlowKey) delta {
	b := p.Bytes()
	q, t := b[p.quote:min(len(b), int(p.quoteTransport)+quotedMost)], b[p.quoteTransport:]
	before := sum(q)
	src, dst := putAddresses(q, p.Version, to, 0)
	ports := putPorts(t, p.Quoted.Proto, p.quotedICMP(), to)
	sumOf(p.Quoted.Proto, p.Version).update(t, src+dst, ports)
	if after := sum(q); after != before {
		return delta(^before) + delta(after)
	}
	return 0
}

// quotedICMP is what the quoted packet is to ICMP.
func (p *Packet) quotedICMP() ICMPKind {
	if proto := p.Quoted.Proto; proto == p.Flow.Proto {
		kind, _ := icmpClass(proto, p.Bytes()[p.quoteTransport])
		return kind
	}
	return NotICMP
}
