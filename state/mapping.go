package state

import (
	"math/rand/v2"

	"sallyport/netstack"
)

// mapping is an inside endpoint's external endpoint (RFC 4787 4.1). It is
// endpoint-independent: whatever the inside endpoint speaks to, it looks the
// same from outside, as long as any of its sessions lives.
type mapping struct {
	// inside is the endpoint's flow with the remote end left blank.
	inside netstack.FlowKey
	space  uint32 // index of the port space: external address and protocol
	port   uint16 // external
	uses   uint32 // sessions that hold it
	free   ref
}

func (m *mapping) nextFree() *ref { return &m.free }

// mappingKey returns what of a session's original flow its mapping depends on.
func mappingKey(k *netstack.FlowKey) netstack.FlowKey {
	return netstack.FlowKey{Src: k.Src, SrcPort: k.SrcPort, Proto: k.Proto, In: k.In}
}

// mappings is every mapping, and the ports they have taken.
type mappings struct {
	records slab[mapping, *mapping]
	index   index
	live    int
	hash    *hasher
	random  *rand.Rand

	// Spaces stay when they are empty: only the policy names external
	// addresses, so there are few.
	spaces  []*portSpace
	spaceOf map[spaceKey]uint32
}

type spaceKey struct {
	addr  netstack.Addr
	proto netstack.Protocol
}

func newMappings(max int, h *hasher, random *rand.Rand) mappings {
	return mappings{
		records: newSlab[mapping](max),
		index:   newIndex(max),
		hash:    h,
		random:  random,
		spaceOf: make(map[spaceKey]uint32),
	}
}

// acquire returns the mapping through pool of the endpoint that sent original,
// which it makes if need be, and its external port. fits says whether a port
// will do for the session that it is for. 0: none will.
func (m *mappings) acquire(original *netstack.FlowKey, pool *netstack.Pool, fits func(port uint16) bool) (ref, uint16) {
	key, space := mappingKey(original), m.space(pool.Parts[0].First, original.Proto)
	hash := m.hashOf(&key, space)
	if r := m.find(hash, &key, space); r != 0 {
		return m.share(r, fits)
	}
	ranges := pool.Parts[0].Ports
	if !original.Proto.HasPorts() {
		ranges = allIDs
	}
	port, ok := m.spaces[space].choose(ranges, key.SrcPort, m.random, fits)
	if !ok {
		return 0, 0
	}
	return m.add(hash, mapping{inside: key, space: space, port: port, uses: 1}), port
}

// share gives one more session the mapping r. If its port does not fit, that
// session gets none: another port would break the mapping's promise.
func (m *mappings) share(r ref, fits func(port uint16) bool) (ref, uint16) {
	shared := m.records.at(r)
	shared.uses++ // first: fits may end the session that held it until now
	if port := shared.port; fits(port) {
		return r, port
	}
	m.release(r)
	return 0, 0
}

// add files a new mapping. There is a record for it, because there is one for
// each session.
func (m *mappings) add(hash uint32, fresh mapping) ref {
	r := m.records.take()
	*m.records.at(r) = fresh
	m.index.insert(hash, uint32(r))
	m.spaces[fresh.space].take(fresh.port)
	m.live++
	return r
}

// release ends one session's use of mapping r, and the mapping with its last.
func (m *mappings) release(r ref) {
	old := m.records.at(r)
	if old.uses--; old.uses > 0 {
		return
	}
	m.index.remove(m.hashOf(&old.inside, old.space), uint32(r))
	m.spaces[old.space].release(old.port)
	m.records.put(r)
	m.live--
}

func (m *mappings) hashOf(inside *netstack.FlowKey, space uint32) uint32 {
	return m.hash.flow(inside) + space*0x9e3779b1
}

func (m *mappings) find(hash uint32, inside *netstack.FlowKey, space uint32) ref {
	for i := m.index.home(hash); ; i = m.index.after(i) {
		s := m.index.all[i]
		if s.ref == 0 {
			return 0
		}
		if s.hash != hash {
			continue
		}
		if r := m.records.at(ref(s.ref)); r.space == space && r.inside == *inside {
			return ref(s.ref)
		}
	}
}

// space returns the number of the port space of an external address.
func (m *mappings) space(addr netstack.Addr, proto netstack.Protocol) uint32 {
	key := spaceKey{addr, proto}
	i, ok := m.spaceOf[key]
	if !ok {
		i = uint32(len(m.spaces))
		m.spaceOf[key] = i
		m.spaces = append(m.spaces, new(portSpace))
	}
	return i
}
