package state

import (
	"math/rand/v2"

	"sallyport/netstack"
)

// mappings is every mapping, and the ports they have taken.
type mappings struct {
	records  slab[mapping, *mapping]
	index    index // by inside and by external endpoint
	entries  int   // in it
	room     int   // the most that may be
	live     int   // mappings
	spaces   spaces
	contacts contacts
	hosts    hosts
	hash     *hasher
	random   *rand.Rand
}

// The two keys of a mapping, as part of what the index holds.
const (
	byInside   = 0
	byExternal = 1
)

// mostSpaces is how many external addresses and protocols can have mappings at
// once. An index for more would cost memory where it is all but empty, as it
// mostly is.
const mostSpaces = 1 << 18

// few is room for the entries of a mapping in the smallest table.
const few = 8

func newMappings(max int, h *hasher, random *rand.Rand) mappings {
	return mappings{
		records:  newSlab[mapping](2 * max), // one for each session, and the ports they share
		index:    newIndex(2*max + few),
		room:     2*max + max/2 + few,
		spaces:   newSpaces(max, min(max, mostSpaces), h),
		contacts: newContacts(2*max, h), // a hairpinned session holds two mappings
		hosts:    newHosts(max, h),
		hash:     h,
		random:   random,
	}
}

// loan is a session's wish for an external endpoint. A table has one, for the
// session that it is about to open.
type loan struct {
	table            *Table
	original, reply  netstack.FlowKey // the latter with the endpoint that is on offer
	pool             *netstack.Pool
	rule, generation uint32
	srcRule          uint16
	now              Instant
}

// fits reports whether the session could have this endpoint. It may end sessions
// that have expired.
func (l *loan) fits(addr netstack.Addr, port uint16) bool {
	l.reply.Dst, l.reply.DstPort = addr, port
	return l.table.unlessTaken(&l.original, &l.reply, netstack.NATExhausted, l.now) == netstack.ReasonNone
}

// acquire returns a mapping for a session, which holds it from now on: the one
// that its inside endpoint has already, or a new one. Refusals: NATExhausted,
// and SourceLimit for a host that has its quota: then the pool may be all but
// empty, and the fault is the host's.
func (m *mappings) acquire(l *loan) (ref, netstack.Reason) {
	if r := m.joinable(l); r != 0 {
		return m.share(r, l)
	}
	if q := l.pool.Quota; q > 0 {
		if h := m.hosts.find(l.original.Src, l.original.In); h != 0 && m.hosts.records.at(h).mappings >= q {
			return 0, netstack.SourceLimit
		}
	}
	var r ref
	m.choose(&l.original, l.pool, func(a netstack.Addr, ports []netstack.PortRange) bool {
		r = m.lend(l, a, ports)
		return r != 0
	})
	if r == 0 {
		return 0, netstack.NATExhausted
	}
	return r, netstack.ReasonNone
}

// joinable returns the mapping that serves the session too, 0 if there is none.
// It must be one that the pool would lend and with the pool's behaviour: after
// the rules have changed, what an endpoint begins anew is not bound by what it
// had before.
func (m *mappings) joinable(l *loan) ref {
	if l.pool.Mapping == netstack.AddressAndPortDependent {
		return 0 // it serves one session
	}
	key := insideKey(&l.original, l.pool.Mapping)
	return m.find(&key, byInside, func(x *mapping) bool {
		if x.is.behaviour != behaviourOf(l.pool) || !m.isInside(x, &key) {
			return false
		}
		s := m.spaces.records.at(x.space)
		if !key.Proto.HasPorts() {
			return l.pool.Has(s.addr)
		}
		return l.pool.Lends(s.addr, x.port)
	})
}

// isInside reports whether key is the inside key of x.
func (m *mappings) isInside(x *mapping, key *netstack.FlowKey) bool {
	return x.inside == key.Src && x.insidePort == key.SrcPort && x.is.side() == key.In &&
		m.spaces.records.at(x.space).proto == key.Proto && m.seen(x) == key.Dst
}

// seen is the remote address that x depends on, as its inside endpoint knows it.
func (m *mappings) seen(x *mapping) netstack.Addr {
	if x.is.mapping() != netstack.AddressDependent {
		return netstack.Addr{}
	}
	return m.contacts.seen(x.contact)
}

// share gives one more session the mapping r. If its port does not fit, that
// session gets none: another port would break the mapping's promise.
func (m *mappings) share(r ref, l *loan) (ref, netstack.Reason) {
	shared := m.records.at(r)
	m.hold(r, l.original.Dst) // first: fits may end the session that held it until now
	if l.fits(m.spaces.records.at(shared.space).addr, shared.port) {
		return r, netstack.ReasonNone
	}
	m.release(r, l.original.Dst)
	return 0, netstack.NATExhausted
}

// lend makes a mapping on an external address; 0 if it has no port for it.
func (m *mappings) lend(l *loan, a netstack.Addr, ports []netstack.PortRange) (r ref) {
	space := m.spaces.pin(a, l.original.Proto)
	if space == 0 {
		return 0
	}
	s := search{
		spaces: &m.spaces, space: space, random: m.random,
		ranges: ports, want: l.original.SrcPort, choice: l.pool.Choice, noParity: l.pool.NoParity,
		fits: func(port uint16) bool { return l.fits(a, port) },
	}
	if !l.original.Proto.HasPorts() {
		s.ranges, s.classless, s.noParity = allIDs, true, true
	} else if l.pool.Contiguous {
		s.beside, s.pairs = m.beside(l, a), true
	}
	if x := traitsOf(l.pool, l.original.In); x.exclusive() != netstack.EndpointIndependent {
		s.shares = func(port uint16) bool { return m.shares(space, port, x, l.reply.Src) }
	}
	port, ok := s.port()
	if ok {
		r = m.add(&mapping{
			inside: l.original.Src, insidePort: l.original.SrcPort, space: space, port: port,
			rule: l.rule, generation: l.generation, srcRule: l.srcRule, born: seconds(l.now),
			is: traitsOf(l.pool, l.original.In),
		}, l.original.Dst, l.reply.Src, tracksHosts(l.pool))
	}
	if r != 0 {
		m.hold(r, l.original.Dst)
	}
	m.spaces.unpin(space)
	return r
}

func seconds(at Instant) uint32 { return uint32(at / 1e9) }

// beside returns the external port next to that of the neighbouring inside
// endpoint, if that has one on this address: N+1 for the one after N, or the
// other way round (RTP and RTCP). 0: there is none.
func (m *mappings) beside(l *loan, a netstack.Addr) uint16 {
	for _, step := range [...]uint16{^uint16(0), 1} { // one down, one up
		neighbour := l.original
		neighbour.SrcPort += step
		key := insideKey(&neighbour, l.pool.Mapping)
		if r := m.find(&key, byInside, func(x *mapping) bool {
			return m.isInside(x, &key) && m.spaces.records.at(x.space).addr == a
		}); r != 0 {
			return m.records.at(r).port - step
		}
	}
	return 0
}

// shares reports whether a port that is lent can serve one more mapping of these
// traits, for a session with this remote address.
func (m *mappings) shares(space ref, port uint16, is traits, remote netstack.Addr) bool {
	holder := m.at(space, port, netstack.Addr{})
	if holder == 0 || !m.records.at(holder).is.has(sharedPort) || m.records.at(holder).is.behaviour != is.behaviour {
		return false
	}
	return is.exclusive() == netstack.AddressAndPortDependent || m.at(space, port, remote) == 0
}
