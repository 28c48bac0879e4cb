package state

import "sallyport/netstack"

// space is which ports of one external address and protocol are lent out,
// whatever pool they were lent from. For ICMP the ports are identifiers. A space
// is there as long as one of its ports is lent or somebody looks for one.
type space struct {
	addr  netstack.Addr
	pages [1 << 16 / pagePorts]ref
	used  uint32 // ports lent
	pins  uint32 // who looks for a port in it
	free  ref
	last  uint16 // the port lent last, for those who want them in order
	proto netstack.Protocol
}

func (s *space) nextFree() *ref { return &s.free }

// pagePorts is how many ports a page is of: few enough that a million external
// addresses with one port each cost no more than a million sessions.
const pagePorts = 4096

// page is the ports of a space that have the upper four bits in common. One with
// no port lent is given back.
type page struct {
	taken [pagePorts / 64]uint64
	used  uint32
	free  ref
}

func (p *page) nextFree() *ref { return &p.free }

// spaces is all spaces that there are.
type spaces struct {
	records slab[space, *space]
	pages   slab[page, *page]
	index   index
	hash    *hasher
	last    uint16 // what was the last of the space that a port was lent of
}

// newSpaces makes room for so many spaces with that many pages.
func newSpaces(pages, max int, h *hasher) spaces {
	return spaces{records: newSlab[space](max), pages: newSlab[page](pages), index: newIndex(max), hash: h}
}

func (x *spaces) hashOf(addr netstack.Addr, proto netstack.Protocol) uint32 {
	k := externalKey(addr, proto, 0, netstack.Addr{})
	return x.hash.flow(&k)
}

// find returns the space of an address and protocol, 0 if there is none.
func (x *spaces) find(addr netstack.Addr, proto netstack.Protocol) ref {
	return x.index.find(x.hashOf(addr, proto), func(r ref) bool {
		s := x.records.at(r)
		return s.addr == addr && s.proto == proto
	})
}

// pin returns the space of an address and protocol, which it makes if need be,
// and which stays until unpin. 0: there is no room.
func (x *spaces) pin(addr netstack.Addr, proto netstack.Protocol) ref {
	r := x.find(addr, proto)
	if r == 0 {
		if r = x.records.take(); r == 0 {
			return 0
		}
		*x.records.at(r) = space{addr: addr, proto: proto}
		x.index.insert(x.hashOf(addr, proto), uint32(r))
	}
	x.records.at(r).pins++
	return r
}

func (x *spaces) unpin(r ref) {
	x.records.at(r).pins--
	x.discard(r)
}

// discard gives back a space that nobody needs.
func (x *spaces) discard(r ref) {
	s := x.records.at(r)
	if s.used > 0 || s.pins > 0 {
		return
	}
	x.index.remove(x.hashOf(s.addr, s.proto), uint32(r))
	x.records.put(r)
}

// word returns the ports 64*w to 64*w+63 of s that are lent.
func (x *spaces) word(s *space, w int) uint64 {
	p := s.pages[w/(pagePorts/64)]
	if p == 0 {
		return 0
	}
	return x.pages.at(p).taken[w%(pagePorts/64)]
}

func (x *spaces) isTaken(s *space, port uint16) bool {
	return x.word(s, int(port/64))>>(port%64)&1 != 0
}

// take lends a port that is not lent; false: there is no room.
func (x *spaces) take(r ref, port uint16) bool {
	s := x.records.at(r)
	at := &s.pages[port/pagePorts]
	if *at == 0 {
		if *at = x.pages.take(); *at == 0 {
			return false
		}
		*x.pages.at(*at) = page{}
	}
	p := x.pages.at(*at)
	p.taken[port%pagePorts/64] |= 1 << (port % 64)
	p.used++
	s.used++
	x.last, s.last = s.last, port
	return true
}

// release takes back a port that is lent, and with its last port the space.
func (x *spaces) release(r ref, port uint16) {
	s := x.records.at(r)
	at := &s.pages[port/pagePorts]
	p := x.pages.at(*at)
	p.taken[port%pagePorts/64] &^= 1 << (port % 64)
	if p.used--; p.used == 0 {
		x.pages.put(*at)
		*at = 0
	}
	s.used--
	x.discard(r)
}

// full reports whether all ports of the page that port is of are lent.
func (x *spaces) full(s *space, port uint16) bool {
	p := s.pages[port/pagePorts]
	return p != 0 && x.pages.at(p).used == pagePorts
}
