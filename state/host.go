package state

import "sallyport/netstack"

// host is an inside host that has mappings from a pool which asks to know: for
// its quota, or to give it the same external address each time.
type host struct {
	addr     netstack.Addr
	external netstack.Addr // of its latest mapping
	mappings uint32
	free     ref
	in       netstack.Side
}

func (h *host) nextFree() *ref { return &h.free }

type hosts struct {
	records slab[host, *host]
	index   index
	hash    *hasher
	// external is what was that of the host that has gained a mapping last.
	external netstack.Addr
}

func newHosts(max int, h *hasher) hosts {
	return hosts{records: newSlab[host](max), index: newIndex(max), hash: h}
}

func (h *hosts) hashOf(addr netstack.Addr, in netstack.Side) uint32 {
	return h.hash.flow(&netstack.FlowKey{Src: addr, In: in})
}

func (h *hosts) find(addr netstack.Addr, in netstack.Side) ref {
	return h.index.find(h.hashOf(addr, in), func(r ref) bool {
		x := h.records.at(r)
		return x.addr == addr && x.in == in
	})
}

// gain counts one more mapping of a host, on this external address. 0: there is
// no room.
func (h *hosts) gain(addr netstack.Addr, in netstack.Side, external netstack.Addr) ref {
	r := h.find(addr, in)
	if r == 0 {
		if r = h.records.take(); r == 0 {
			return 0
		}
		*h.records.at(r) = host{addr: addr, in: in}
		h.index.insert(h.hashOf(addr, in), uint32(r))
	}
	x := h.records.at(r)
	x.mappings++
	h.external, x.external = x.external, external
	return r
}

// lose counts one less, and forgets the host with its last.
func (h *hosts) lose(r ref) {
	x := h.records.at(r)
	if x.mappings--; x.mappings > 0 {
		return
	}
	h.index.remove(h.hashOf(x.addr, x.in), uint32(r))
	h.records.put(r)
}
