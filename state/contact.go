package state

import "sallyport/netstack"

// contact is a remote end that a mapping or its filtering depends on. A mapping
// that depends on its remote end has one; one that does not, but whose filtering
// depends on the remote address, has one for each address that it has sessions
// with, which the index finds.
type contact struct {
	// seen is the remote address as the inside endpoint knows it, real the one
	// that its packets arrive with: they differ if it is translated too.
	seen, real netstack.Addr
	mapping    ref
	uses       uint32 // sessions
	free       ref
}

func (c *contact) nextFree() *ref { return &c.free }

type contacts struct {
	records slab[contact, *contact]
	index   index
	hash    *hasher
}

func newContacts(max int, h *hasher) contacts {
	return contacts{records: newSlab[contact](max), index: newIndex(max), hash: h}
}

func (c *contacts) hashOf(mapping ref, seen netstack.Addr) uint32 {
	return c.hash.flow(&netstack.FlowKey{Src: seen, SrcPort: uint16(mapping), DstPort: uint16(mapping >> 16), In: nowhere})
}

// find returns the contact of a mapping with an address, 0 if there is none.
func (c *contacts) find(mapping ref, seen netstack.Addr) ref {
	return c.index.find(c.hashOf(mapping, seen), func(r ref) bool {
		x := c.records.at(r)
		return x.mapping == mapping && x.seen == seen
	})
}

// meet counts one more session of a mapping with an address. There is a record
// for it, because there are as many as sessions can hold mappings.
func (c *contacts) meet(mapping ref, seen netstack.Addr) {
	r := c.find(mapping, seen)
	if r == 0 {
		r = c.records.take()
		*c.records.at(r) = contact{seen: seen, mapping: mapping}
		c.index.insert(c.hashOf(mapping, seen), uint32(r))
	}
	c.records.at(r).uses++
}

// part counts one less.
func (c *contacts) part(mapping ref, seen netstack.Addr) {
	r := c.find(mapping, seen)
	x := c.records.at(r)
	if x.uses--; x.uses > 0 {
		return
	}
	c.index.remove(c.hashOf(mapping, seen), uint32(r))
	c.free(r)
}

func (c *contacts) free(r ref) {
	*c.records.at(r) = contact{}
	c.records.put(r)
}

// alone returns a contact that only its mapping knows.
func (c *contacts) alone(seen, real netstack.Addr) ref {
	r := c.records.take()
	*c.records.at(r) = contact{seen: seen, real: real}
	return r
}

// seen returns how the inside endpoint knows contact r, zero for none.
func (c *contacts) seen(r ref) netstack.Addr {
	if r == 0 {
		return netstack.Addr{}
	}
	return c.records.at(r).seen
}
