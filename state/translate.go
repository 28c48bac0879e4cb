package state

import "sallyport/netstack"

// translate returns how the replies to a session that begins with k will look
// when they arrive, and the mapping that its source holds, if it holds one. If
// the session comes in through a mapping, it holds that one too, from now on.
// No session is let through that asks for a translation and gets none.
func (t *Table) translate(k *netstack.FlowKey, a *Admission, now Instant) (netstack.FlowKey, ref, netstack.Reason) {
	reply := k.Reverse(a.Out)
	if !redirect(&reply, &a.Translation) || !readdress(&reply, &a.Translation) {
		return reply, 0, netstack.Untranslatable
	}
	mapping, reason := t.source(k, &reply, a, now)
	if reason != netstack.ReasonNone || !a.Mapped {
		return reply, mapping, reason
	}
	if through := t.admitting(k, a, reply.Dst); through != 0 {
		t.mappings.hold(through, reply.Dst)
		return reply, mapping, netstack.ReasonNone
	}
	if mapping != 0 {
		t.mappings.release(mapping, k.Dst)
	}
	return reply, 0, netstack.NATFiltered
}

// source makes reply come to the external endpoint of a session's source.
func (t *Table) source(k, reply *netstack.FlowKey, a *Admission, now Instant) (ref, netstack.Reason) {
	pool := a.Translation.Pool
	switch {
	case pool == nil:
		return 0, t.unlessTaken(k, reply, netstack.Untranslatable, now)
	case allAddresses(pool, k.Src.Is4()) == 0:
		return 0, netstack.Untranslatable
	case !hasEndpoints(k.Proto):
		return 0, t.bareSource(k, reply, pool, now)
	}
	t.loan = loan{
		table: t, original: *k, reply: *reply, pool: pool,
		rule: a.Rule, generation: a.Generation, srcRule: a.Translation.SrcRule, now: now,
	}
	r, reason := t.mappings.acquire(&t.loan)
	if r != 0 {
		*reply = t.loan.reply
	}
	t.loan.pool = nil // the policy may go
	return r, reason
}

// bareSource gives the source of a session without ports an external address
// that nobody else speaks to its remote end from.
func (t *Table) bareSource(k, reply *netstack.FlowKey, pool *netstack.Pool, now Instant) netstack.Reason {
	if t.mappings.choose(k, pool, func(addr netstack.Addr, _ []netstack.PortRange) bool {
		reply.Dst = addr
		return t.unlessTaken(k, reply, netstack.NATExhausted, now) == netstack.ReasonNone
	}) {
		return netstack.ReasonNone
	}
	return netstack.NATExhausted
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
