package state

import (
	"testing"

	"sallyport/netstack"
)

// checkMappings tests what mapping.go and table.go promise of mappings to hold
// after every call; uses is how many sessions hold each, and meets whom those
// are with, of the mappings that know.
func checkMappings(t testing.TB, table *Table, uses map[ref]uint32, meets map[meeting]uint32) {
	t.Helper()
	m := &table.mappings
	for c, n := range meets {
		if r := m.contacts.find(c.mapping, c.seen); r == 0 || m.contacts.records.at(r).uses != n {
			t.Fatalf("mapping %d is with %v in %d sessions, and does not know it", c.mapping, c.seen, n)
		}
	}
	if n := m.contacts.index.entries(); n != len(meets) {
		t.Fatalf("%d contacts in the index, of %d", n, len(meets))
	}
	c := census{uses: uses, shares: map[ref]uint32{}, hosts: map[ref]uint32{}, taken: map[ref]uint32{}}
	for r := ref(1); r <= m.records.used; r++ {
		if x := m.records.at(r); uses[r] > 0 {
			c.mapping(t, m, r, x)
		}
	}
	for r, n := range c.shares {
		if x := m.records.at(r); x.uses != n {
			t.Fatalf("port %d, shared by %d: counted %d", x.port, n, x.uses)
		}
		c.take(m, r)
		c.entries++
	}
	if m.live != len(uses) || m.entries != c.entries || m.index.entries() != c.entries {
		t.Fatalf("%d mappings, counted %d; %d entries, counted %d, and there are %d", len(uses), m.live, c.entries, m.entries, m.index.entries())
	}
	c.check(t, m)
}

// meeting is a mapping and a remote address that it has sessions with.
type meeting struct {
	mapping ref
	seen    netstack.Addr
}

// census is what there must be, for the mappings that there are.
type census struct {
	uses, shares, hosts, taken map[ref]uint32 // by mapping, shared port, host, space
	entries, alone             int
}

func (c *census) mapping(t testing.TB, m *mappings, r ref, x *mapping) {
	t.Helper()
	if x.uses != c.uses[r] || x.is.has(sharedPort) {
		t.Fatalf("mapping %d: %+v, used by %d", r, x, c.uses[r])
	}
	if x.is.mapping() != netstack.AddressAndPortDependent {
		key := m.key(r, byInside)
		c.found(t, r, m.find(&key, byInside, func(y *mapping) bool { return y == x }))
	}
	if x.is.exclusive() != netstack.AddressAndPortDependent {
		c.found(t, r, m.at(x.space, x.port, m.real(x)))
	}
	if x.is.exclusive() == netstack.EndpointIndependent {
		c.take(m, r)
	} else {
		c.shares[m.at(x.space, x.port, netstack.Addr{})]++
	}
	if x.contact != 0 {
		c.alone++
	}
	if x.host != 0 {
		c.hosts[x.host]++
	}
}

func (c *census) found(t testing.TB, want, got ref) {
	t.Helper()
	if got != want {
		t.Fatalf("mapping %d: finds %d", want, got)
	}
	c.entries++
}

func (c *census) take(m *mappings, r ref) { c.taken[m.records.at(r).space]++ }

func (c *census) check(t testing.TB, m *mappings) {
	t.Helper()
	for r, n := range c.taken {
		if s := m.spaces.records.at(r); s.used != n || s.pins != 0 {
			t.Fatalf("%v %v: %d ports, counted %d, pinned %d", s.addr, s.proto, n, s.used, s.pins)
		}
	}
	for r, n := range c.hosts {
		if h := m.hosts.records.at(r); h.mappings != n {
			t.Fatalf("%v has %d, counted %d", h.addr, n, h.mappings)
		}
	}
	if n := m.spaces.index.entries(); n != len(c.taken) || inUse(&m.spaces.records) != n {
		t.Fatalf("%d spaces, and %d are in the index", len(c.taken), n)
	}
	if n := m.hosts.index.entries(); n != len(c.hosts) || inUse(&m.hosts.records) != n {
		t.Fatalf("%d hosts, and %d are in the index", len(c.hosts), n)
	}
	if n := m.contacts.index.entries(); inUse(&m.contacts.records) != n+c.alone {
		t.Fatalf("%d contacts: %d are in the index, %d mappings have one", inUse(&m.contacts.records), n, c.alone)
	}
	if n := inUse(&m.records); n != len(c.uses)+len(c.shares) {
		t.Fatalf("%d records for %d mappings and %d shared ports", n, len(c.uses), len(c.shares))
	}
}

// inUse counts the records that are not on the free list.
func inUse[T any, P record[T]](s *slab[T, P]) int {
	n := int(s.used)
	for r := s.free; r != 0; r = *P(s.at(r)).nextFree() {
		n--
	}
	return n
}
