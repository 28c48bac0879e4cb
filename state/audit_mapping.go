package state

import (
	"errors"
	"fmt"

	"sallyport/netstack"
)

// auditMappings is Audit for what mapping.go promises.
func (t *Table) auditMappings() error {
	c := census{
		m: &t.mappings, uses: map[ref]uint32{}, meets: map[meeting]uint32{},
		shares: map[ref]uint32{}, hosts: map[ref]uint32{}, taken: map[ref]uint32{},
	}
	for r := ref(1); r <= t.sessions.used; r++ {
		if s := t.copy(r); s.phase != free {
			c.session(&s)
		}
	}
	for r := range c.uses {
		c.mapping(r)
	}
	for r, n := range c.shares {
		x := c.m.records.at(r)
		c.same(n, x.uses, "mappings on shared port %d", x.port)
		c.taken[x.space]++
		c.entries++
	}
	c.check()
	return errors.Join(c.errs...)
}

// meeting is a mapping and a remote address that it has sessions with.
type meeting struct {
	mapping ref
	seen    netstack.Addr
}

// census is what there must be of mappings, for the sessions that there are.
type census struct {
	m                    *mappings
	uses                 map[ref]uint32 // sessions by mapping
	meets                map[meeting]uint32
	shares, hosts, taken map[ref]uint32 // mappings by shared port and host, ports by space
	entries, alone       int
	errs                 []error
}

// same notes that something is counted wrong.
func (c *census) same(is, counted uint32, what string, args ...any) {
	if is != counted {
		c.errs = append(c.errs, fmt.Errorf("%s: %d, counted %d", fmt.Sprintf(what, args...), is, counted))
	}
}

// session counts what s holds.
func (c *census) session(s *whole) {
	source := s.toSource()
	if s.mapping != 0 {
		c.hold(s.mapping, s.seenTo(source))
	}
	if through := source.Opposite(); s.flags&ThroughMapping != 0 {
		k := s.key(through)
		r, _ := c.m.addressed(&k)
		if r == 0 {
			c.errs = append(c.errs, fmt.Errorf("%v came through no mapping", k))
			return
		}
		c.hold(r, s.seenTo(through))
	}
}

func (c *census) hold(r ref, seen netstack.Addr) {
	c.uses[r]++
	if c.m.records.at(r).is.knowsContacts() {
		c.meets[meeting{r, seen}]++
	}
}

// mapping looks at one that is held.
func (c *census) mapping(r ref) {
	m, x := c.m, c.m.records.at(r)
	c.same(c.uses[r], x.uses, "sessions of mapping %d", r)
	if x.is.mapping() != netstack.AddressAndPortDependent {
		key := m.key(r, byInside)
		c.finds(r, m.find(&key, byInside, func(y *mapping) bool { return y == x }))
	}
	if x.is.exclusive() != netstack.AddressAndPortDependent {
		c.finds(r, m.at(x.space, x.port, m.real(x)))
	}
	if x.is.exclusive() == netstack.EndpointIndependent {
		c.taken[x.space]++
	} else {
		c.shares[m.at(x.space, x.port, netstack.Addr{})]++
	}
	if x.contact != 0 {
		c.alone++
	}
	if x.host != 0 {
		c.hosts[x.host]++
	}
	if !m.spaces.isTaken(m.spaces.records.at(x.space), x.port) {
		c.errs = append(c.errs, fmt.Errorf("port %d of mapping %d is not lent", x.port, r))
	}
}

func (c *census) finds(want, got ref) {
	c.same(uint32(want), uint32(got), "mapping found by its key")
	c.entries++
}

// check adds up.
func (c *census) check() {
	m := c.m
	for r, n := range c.taken {
		s := m.spaces.records.at(r)
		c.same(n, s.used, "ports of %v %v", s.addr, s.proto)
		c.same(0, s.pins, "searches on %v %v", s.addr, s.proto)
	}
	for r, n := range c.hosts {
		c.same(n, m.hosts.records.at(r).mappings, "mappings of host %v", m.hosts.records.at(r).addr)
	}
	for at, n := range c.meets {
		r := m.contacts.find(at.mapping, at.seen)
		c.same(n, m.contacts.records.at(r).uses, "sessions of mapping %d with %v", at.mapping, at.seen)
	}
	c.same(uint32(len(c.uses)), uint32(m.live), "mappings")
	c.same(uint32(c.entries), uint32(m.entries), "entries")
	c.same(uint32(c.entries), uint32(m.index.entries()), "mappings in the index")
	c.same(uint32(len(c.uses)+len(c.shares)), inUse(&m.records), "records of mappings")
	c.same(uint32(len(c.taken)), uint32(m.spaces.index.entries()), "spaces in the index")
	c.same(uint32(len(c.taken)), inUse(&m.spaces.records), "records of spaces")
	c.same(uint32(len(c.hosts)), uint32(m.hosts.index.entries()), "hosts in the index")
	c.same(uint32(len(c.hosts)), inUse(&m.hosts.records), "records of hosts")
	c.same(uint32(len(c.meets)), uint32(m.contacts.index.entries()), "contacts in the index")
	c.same(uint32(len(c.meets)+c.alone), inUse(&m.contacts.records), "records of contacts")
}

// inUse counts the records that are not on the free list.
func inUse[T any, P record[T]](s *slab[T, P]) uint32 {
	n := uint32(s.used)
	for r := s.free; r != 0; r = *P(s.at(r)).nextFree() {
		n--
	}
	return n
}
