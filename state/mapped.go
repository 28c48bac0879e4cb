package state

import "sallyport/netstack"

// Mapped is the mapping that a packet of no session is addressed to.
type Mapped struct {
	// Addr, Port and Side are the inside endpoint: where the packet would go. Zero
	// if several share the port and none of them is for its sender.
	Addr netstack.Addr
	Port uint16
	Side netstack.Side
	// Rule and Generation are of the session that the mapping was made for, SrcRule
	// the translation rule it was made by.
	Rule, Generation uint32
	SrcRule          uint16
	// Admits: the filtering lets the sender in. If it lives on the inside endpoint's
	// own side, that is for Open to say: to the filter it is what its own external
	// endpoint is, which it may not have yet.
	Admits bool
	// QuietSYN: the mapping's pool says that an unsolicited SYN is never answered.
	QuietSYN bool
}

// Mapped returns the live mapping whose external endpoint p is addressed to. p
// belongs to no session. There is none for ICMP: a query names no endpoint of
// its receiver's, and what is no query begins nothing.
func (t *Table) Mapped(p *netstack.Packet, now Instant) (Mapped, bool) {
	if p.Fragment.Is || !p.Flow.Proto.HasPorts() {
		return Mapped{}, false
	}
	t.lockAll()
	defer t.mu.Unlock()
	r, port := t.mappings.addressed(&p.Flow)
	if r == 0 {
		return Mapped{QuietSYN: port != 0 && t.mappings.records.at(port).is.has(quietSYN)}, port != 0
	}
	x := t.mappings.records.at(r)
	return Mapped{
		Addr: x.inside, Port: x.insidePort, Side: x.is.side(),
		Rule: x.rule, Generation: x.generation, SrcRule: x.srcRule,
		Admits:   t.mappings.mayAdmit(r, &p.Flow),
		QuietSYN: x.is.has(quietSYN),
	}, true
}

// Has reports whether a packet that arrives as k would be of a live session.
func (t *Table) Has(k *netstack.FlowKey, now Instant) bool {
	t.lockAll()
	defer t.mu.Unlock()
	r, _ := t.find(k, now)
	return r != 0
}

// mayAdmit reports whether mapping r lets in a packet that is addressed to it,
// or might.
func (m *mappings) mayAdmit(r ref, k *netstack.FlowKey) bool {
	x := m.records.at(r)
	if k.In == x.is.side() {
		return x.is.filtering() != netstack.AddressAndPortDependent
	}
	return m.admits(r, k.Src)
}

// admits reports whether the filtering of mapping r lets in a packet whose source
// its inside endpoint would see as from. Whoever has also the right port has a
// session and needs no leave (RFC 4787 5).
func (m *mappings) admits(r ref, from netstack.Addr) bool {
	x := m.records.at(r)
	switch x.is.filtering() {
	case netstack.EndpointIndependent:
		return true
	case netstack.AddressDependent:
		if x.is.knowsContacts() {
			return m.contacts.find(r, from) != 0
		}
		return m.contacts.records.at(x.contact).seen == from
	}
	return false
}

// admitting returns the mapping that a session which begins with k comes in
// through: as long as that leads where the admission says, and its filtering
// lets in who comes as from. 0: there is none.
func (t *Table) admitting(k *netstack.FlowKey, a *Admission, from netstack.Addr) ref {
	r, _ := t.mappings.addressed(k)
	if r == 0 {
		return 0
	}
	x, to := t.mappings.records.at(r), &a.Translation
	if x.inside != to.Dst || x.insidePort != to.DstPort || x.is.side() != a.Out || !t.mappings.admits(r, from) {
		return 0
	}
	return r
}

// letGo gives back the mappings that session s holds: that of its source, if it
// has one, and the one that it came in through.
func (t *Table) letGo(s *session, mapping ref) {
	source := s.toSource()
	if mapping != 0 {
		t.mappings.release(mapping, s.seenTo(source))
	}
	if through := source.Opposite(); s.flags&ThroughMapping != 0 {
		k := s.key(through)
		r, _ := t.mappings.addressed(&k)
		t.mappings.release(r, s.seenTo(through))
	}
}

// toSource returns the direction whose packets are addressed to the mapping of
// the session's source, if it has one. Those of the other direction are addressed
// to the mapping that it came in through, if it did.
func (s *session) toSource() Direction {
	if s.flags&turned != 0 {
		return Original
	}
	return Reply
}

// seenTo returns what an inside endpoint whose mapping the packets of direction d
// are addressed to knows their sender as.
func (s *session) seenTo(d Direction) netstack.Addr { return s.addrs[d.Opposite()].dst }
