package state

import "sallyport/netstack"

// savedMapping is what a file says of a mapping besides the keys of a session
// that holds it.
type savedMapping struct {
	mapping, filtering netstack.Dependence
	quiet, tracked     bool
	rule, srcRule      uint32 // numbers of names, 0: none
	made               origin // what they stand for
	born               Instant
	seen, real         netstack.Addr // its contact, if it has one
}

// origin is by which rules a mapping was made.
type origin struct {
	rule, generation uint32
	srcRule          uint16
}

func (s *savedMapping) fields(c *codec) {
	word(c, savedMappings, &s.mapping)
	word(c, savedFilterings, &s.filtering)
	word(c, savedBools, &s.quiet)
	word(c, savedBools, &s.tracked)
	u32(c, &s.rule)
	u32(c, &s.srcRule)
	u64(c, &s.born)
	addr(c, &s.seen)
	addr(c, &s.real)
}

// save returns what is to be saved of mapping r; of none, nothing.
func (m *mappings) save(r ref) (s savedMapping) {
	if r == 0 {
		return s
	}
	x := m.records.at(r)
	s = savedMapping{
		mapping: x.is.mapping(), filtering: x.is.filtering(), quiet: x.is.has(quietSYN), tracked: x.host != 0,
		made: origin{x.rule, x.generation, x.srcRule}, born: Instant(x.born) * 1e9,
	}
	if x.contact != 0 {
		c := m.contacts.records.at(x.contact)
		s.seen, s.real = c.seen, c.real
	}
	return s
}

// traits returns those of the mapping whose inside endpoint lives on side in.
func (s *savedMapping) traits(in netstack.Side) traits {
	return traitsOf(&netstack.Pool{Mapping: s.mapping, Filtering: s.filtering, QuietSYN: s.quiet}, in)
}

// reclaim gives session s back the mapping that its packets of direction d are
// addressed to, one use more of it. It is made if it is not there; 0: that
// cannot be, because the port is another's.
func (m *mappings) reclaim(s *saved, d Direction, of *savedMapping) ref {
	to, from := &s.key[d], &s.key[d.Opposite()]
	space := m.spaces.pin(to.Dst, to.Proto)
	if space == 0 {
		return 0
	}
	fresh := mapping{
		inside: from.Src, insidePort: from.SrcPort, space: space, port: to.DstPort,
		rule: of.made.rule, generation: of.made.generation, srcRule: of.made.srcRule, born: seconds(max(0, of.born)), is: of.traits(from.In),
	}
	r, free := m.claim(&fresh, of.seen, of.real)
	if free {
		r = m.add(&fresh, of.seen, of.real, of.tracked)
	}
	if r != 0 {
		m.hold(r, s.seenTo(d))
	}
	m.spaces.unpin(space)
	return r
}

// claim returns the mapping that fresh is, if it is there already, or whether
// there is room for it at its port.
func (m *mappings) claim(fresh *mapping, seen, real netstack.Addr) (r ref, free bool) {
	r = m.at(fresh.space, fresh.port, netstack.Addr{})
	if r == 0 {
		return 0, true
	}
	if m.records.at(r).is.has(sharedPort) {
		switch {
		case m.records.at(r).is.behaviour != fresh.is.behaviour:
			return 0, false
		case fresh.is.exclusive() == netstack.AddressAndPortDependent:
			return 0, true
		}
		if r = m.at(fresh.space, fresh.port, real); r == 0 {
			return 0, true
		}
	}
	x := m.records.at(r)
	if x.inside != fresh.inside || x.insidePort != fresh.insidePort || x.is != fresh.is || m.contacts.seen(x.contact) != seen {
		return 0, false
	}
	return r, false
}
