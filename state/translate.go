package state

import "sallyport/netstack"

// translate returns how the replies to a session that begins with k will look
// when they arrive, and the mapping that the session holds, if it holds one. No
// session is let through that asks for a translation and gets none.
func (t *Table) translate(k *netstack.FlowKey, a *Admission, now Instant) (netstack.FlowKey, ref, netstack.Reason) {
	reply := k.Reverse(a.Out)
	if !redirect(&reply, &a.Translation) || !readdress(&reply, &a.Translation) {
		return reply, 0, netstack.Untranslatable
	}
	pool := a.Translation.Pool
	if pool == nil {
		return reply, 0, t.unlessTaken(k, &reply, netstack.Untranslatable, now)
	}
	external := pool.Parts[0].First
	if external.Is4() != k.Src.Is4() {
		return reply, 0, netstack.Untranslatable
	}
	reply.Dst = external
	if !hasEndpoints(k.Proto) {
		return reply, 0, t.unlessTaken(k, &reply, netstack.NATExhausted, now)
	}
	mapping, port := t.mappings.acquire(k, pool, func(port uint16) bool {
		reply.DstPort = port
		return t.unlessTaken(k, &reply, netstack.NATExhausted, now) == netstack.ReasonNone
	})
	if mapping == 0 {
		return reply, 0, netstack.NATExhausted
	}
	reply.DstPort = port
	return reply, mapping, netstack.ReasonNone
}

// redirect applies destination NAT to the replies: they come from the real
// destination. It reports false if that is of another family.
func redirect(reply *netstack.FlowKey, t *netstack.Translation) bool {
	if t.Dst.IsZero() {
		return true
	}
	if t.Dst.Is4() != reply.Src.Is4() {
		return false
	}
	reply.Src = t.Dst
	if t.DstPort != 0 && reply.Proto.HasPorts() {
		reply.SrcPort = t.DstPort
	}
	return true
}

// readdress applies one-to-one source NAT to the replies: they come to the
// external address. It reports false if that is of another family.
func readdress(reply *netstack.FlowKey, t *netstack.Translation) bool {
	if t.Src.IsZero() {
		return true
	}
	same := t.Src.Is4() == reply.Dst.Is4()
	reply.Dst = t.Src
	return same
}

// hasEndpoints reports whether the protocol has something, ports or ICMP's
// identifiers, by which many hosts can share an address. Without, an external
// address has one session with each remote address.
func hasEndpoints(p netstack.Protocol) bool {
	return p.HasPorts() || p == netstack.ICMP || p == netstack.ICMPv6
}

// unlessTaken returns reason if the replies could not be told from another
// session's packets, or from this session's own.
func (t *Table) unlessTaken(k, reply *netstack.FlowKey, reason netstack.Reason, now Instant) netstack.Reason {
	if r, _ := t.find(reply, now); r != 0 || *reply == *k {
		return reason
	}
	return netstack.ReasonNone
}
