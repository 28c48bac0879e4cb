package state

import "sallyport/netstack"

// trackError finds the session that an ICMP error speaks of. The error travels
// against the packet that it quotes, so it goes the way of the session's key
// that the quoted packet is, reversed. The firewall forwards it as part of that
// session, with the quotation as its receiver knows the packet.
//
// An error is counted, and changes nothing else: it neither refreshes nor ends
// a session (RFC 5508 REQ-6, RFC 5382 REQ-10, RFC 5927). One about a TCP segment
// is believed only if that segment can be on its way: a stranger who forges
// errors would have to guess its sequence number (RFC 5927 4.1).
func (t *Table) trackError(p *netstack.Packet, now Instant, m *Match) netstack.Reason {
	key := p.Quoted.Reverse(p.Flow.In)
	r, d := t.find(&key, now)
	if r == 0 {
		return netstack.ICMPUnrelated
	}
	t.hold(r)
	defer t.let(r)
	s := t.sessions.at(r)
	if t.overlooks(s) {
		return netstack.ICMPUnrelated
	}
	t.match(r, d, m)
	if t.termsOf(s).Profile != FW1 {
		if seq, ok := p.QuotedTCPSeq(); ok {
			m.Condition = s.quotes(d.Opposite(), seq)
		}
		tag, isSCTP := p.QuotedSCTPTag()
		if m.Condition != NoCondition || isSCTP && !s.quotesTag(d.Opposite(), tag) {
			return netstack.ICMPUnrelated
		}
	}
	s.count(d, p)
	m.Quoted = s.key(d.Opposite())
	m.Leave = errorLeaves(m.Leave, s.addrs[d].src, &p.Flow)
	return netstack.ReasonNone
}

// errorLeaves returns the outer addresses of an error that arrived as outer and
// goes the way of packets that arrive from src and leave as leave. Its receiver is
// theirs. A router on the way keeps its address, unless it stands behind an
// address that is translated: then that address speaks for it, and none of the
// protected network's shows (RFC 5508 REQ-4, REQ-5).
func errorLeaves(leave netstack.FlowKey, src netstack.Addr, outer *netstack.FlowKey) netstack.FlowKey {
	e := netstack.FlowKey{Src: outer.Src, Dst: leave.Dst, Proto: outer.Proto, In: outer.In}
	if src != leave.Src {
		e.Src = leave.Src
	}
	return e
}
