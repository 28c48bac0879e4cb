package state

import "sallyport/netstack"

// key returns one of the two keys of r.
func (m *mappings) key(r ref, which uint32) netstack.FlowKey {
	x := m.records.at(r)
	s := m.spaces.records.at(x.space)
	if which == byExternal {
		return externalKey(s.addr, s.proto, x.port, m.real(x))
	}
	return netstack.FlowKey{Src: x.inside, SrcPort: x.insidePort, Proto: s.proto, In: x.is.side(), Dst: m.seen(x)}
}

// real is the remote address that x shares its port with no other mapping for,
// zero if it has the port alone, or is the port.
func (m *mappings) real(x *mapping) netstack.Addr {
	if x.is.has(sharedPort) || x.is.exclusive() != netstack.AddressDependent {
		return netstack.Addr{}
	}
	return m.contacts.records.at(x.contact).real
}

// find returns the mapping that is entered under key and that is is true of, 0
// if there is none.
func (m *mappings) find(key *netstack.FlowKey, which uint32, is func(*mapping) bool) ref {
	return m.index.find(m.hash.flow(key), func(entry ref) bool {
		return uint32(entry)&1 == which && is(m.records.at(entry>>1))
	}) >> 1
}

// at returns what is at a port: a mapping, or, with a remote address, the one of
// those that share it by remote address, or without, the shared port itself. 0:
// there is nothing.
func (m *mappings) at(space ref, port uint16, remote netstack.Addr) ref {
	s := m.spaces.records.at(space)
	key := externalKey(s.addr, s.proto, port, remote)
	return m.find(&key, byExternal, func(x *mapping) bool {
		return x.space == space && x.port == port && m.real(x) == remote
	})
}

// addressed returns the mapping that a packet which arrives as k is for, and what
// is at its port: that mapping, or the port that it shares. If there is a port
// and no mapping, others share it and none of them has to do with its sender.
func (m *mappings) addressed(k *netstack.FlowKey) (r, port ref) {
	space := m.spaces.find(k.Dst, k.Proto)
	if space == 0 {
		return 0, 0
	}
	port = m.at(space, k.DstPort, netstack.Addr{})
	if port == 0 || !m.records.at(port).is.has(sharedPort) {
		return port, port
	}
	if m.records.at(port).is.exclusive() == netstack.AddressAndPortDependent {
		return 0, port
	}
	return m.at(space, k.DstPort, k.Src), port
}
