package state

import "sallyport/netstack"

// add files a new mapping, which a session is to hold at once: with the remote
// end seen from inside, and the one that its packets come from. 0: there is no
// room.
func (m *mappings) add(fresh *mapping, seen, real netstack.Addr, tracked bool) ref {
	if m.entries+3 > m.room {
		return 0
	}
	r := m.records.take()
	if r == 0 {
		return 0
	}
	if !m.occupy(fresh) {
		m.free(r)
		return 0
	}
	x := m.records.at(r)
	*x = *fresh
	if x.is.keepsContact() {
		x.contact = m.contacts.alone(seen, real)
	}
	if tracked {
		x.host = m.hosts.gain(x.inside, x.is.side(), m.spaces.records.at(x.space).addr)
	}
	m.link(r)
	m.live++
	return r
}

// keepsContact reports whether a mapping must know a remote end to be found.
func (t traits) keepsContact() bool {
	return t.mapping() == netstack.AddressDependent || t.exclusive() == netstack.AddressDependent
}

// occupy takes the mapping's port, or a share of it; false: there is no room.
func (m *mappings) occupy(x *mapping) bool {
	if x.is.exclusive() == netstack.EndpointIndependent {
		return m.spaces.take(x.space, x.port)
	}
	if r := m.at(x.space, x.port, netstack.Addr{}); r != 0 {
		m.records.at(r).uses++
		return true
	}
	r := m.records.take()
	if r == 0 {
		return false
	}
	if !m.spaces.take(x.space, x.port) {
		m.free(r)
		return false
	}
	*m.records.at(r) = mapping{
		space: x.space, port: x.port, uses: 1, is: traits{behaviour: x.is.behaviour, flags: x.is.flags&quietSYN | sharedPort},
	}
	m.insert(r, byExternal)
	return true
}

// vacate is the opposite of occupy.
func (m *mappings) vacate(x *mapping) {
	if x.is.exclusive() != netstack.EndpointIndependent {
		r := m.at(x.space, x.port, netstack.Addr{})
		port := m.records.at(r)
		if port.uses--; port.uses > 0 {
			return
		}
		m.remove(r, byExternal)
		m.free(r)
	}
	m.spaces.release(x.space, x.port)
}

// hold counts one more session of mapping r, whose inside endpoint sees it go to
// seen.
func (m *mappings) hold(r ref, seen netstack.Addr) {
	x := m.records.at(r)
	x.uses++
	if x.is.knowsContacts() {
		m.contacts.meet(r, seen)
	}
}

// knowsContacts reports whether the remote addresses of a mapping's sessions are
// counted.
func (t traits) knowsContacts() bool {
	return t.mapping() == netstack.EndpointIndependent && t.filtering() == netstack.AddressDependent
}

// release ends one session's use of mapping r, and the mapping with its last.
func (m *mappings) release(r ref, seen netstack.Addr) {
	x := m.records.at(r)
	if x.is.knowsContacts() {
		m.contacts.part(r, seen)
	}
	if x.uses--; x.uses > 0 {
		return
	}
	m.unlink(r)
	m.vacate(x)
	if x.contact != 0 {
		m.contacts.free(x.contact)
	}
	if x.host != 0 {
		m.hosts.lose(x.host)
	}
	m.free(r)
	m.live--
}

// link puts mapping r into the index, by those of its keys that are anybody's to
// look for.
func (m *mappings) link(r ref) {
	is := m.records.at(r).is
	if is.mapping() != netstack.AddressAndPortDependent {
		m.insert(r, byInside)
	}
	if is.exclusive() != netstack.AddressAndPortDependent {
		m.insert(r, byExternal)
	}
}

func (m *mappings) unlink(r ref) {
	is := m.records.at(r).is
	if is.mapping() != netstack.AddressAndPortDependent {
		m.remove(r, byInside)
	}
	if is.exclusive() != netstack.AddressAndPortDependent {
		m.remove(r, byExternal)
	}
}

// free gives record r back.
func (m *mappings) free(r ref) {
	*m.records.at(r) = mapping{}
	m.records.put(r)
}

func (m *mappings) insert(r ref, which uint32) {
	key := m.key(r, which)
	m.index.insert(m.hash.flow(&key), uint32(r)<<1|which)
	m.entries++
}

func (m *mappings) remove(r ref, which uint32) {
	key := m.key(r, which)
	m.index.remove(m.hash.flow(&key), uint32(r)<<1|which)
	m.entries--
}
