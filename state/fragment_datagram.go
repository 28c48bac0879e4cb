package state

import (
	"sallyport/netstack"
)

// datagram is one of which not all has come.
type datagram struct {
	name    netstack.FlowKey
	flow    netstack.FlowKey // as the first fragment says, or as far as is known
	began   Instant
	expires Instant

	refused netstack.Reason // not ReasonNone: nothing of it is held, and no more is taken
	ended   bool            // the last fragment has come, so size is known
	df      bool            // a fragment may not be fragmented further
	first   netstack.Piece  // the first fragment, once that has come
	size    uint32          // how many bytes the datagram carries
	reach   uint32          // the furthest of them that has come
	here    uint32          // how many have come
	count   uint32          // fragments that are held
	bytes   uint32          // of them, headers included
	largest uint16          // of them

	pieces, cover ref    // see keeping
	blocks        uint32 // memory that they take
	source        ref

	age links // in the store's chain; or the next free record
	kin links // in the source's
}

func (d *datagram) nextFree() *ref { return &d.age.after }

// ages and kin are the two chains that datagrams are in.
type (
	ages struct{ *fragmentStore }
	kin  struct{ *fragmentStore }
)

func (s ages) links(r ref) *links { return &s.datagrams.at(r).age }
func (s kin) links(r ref) *links  { return &s.datagrams.at(r).kin }

// begin makes the datagram of which p is the first fragment to arrive, or
// returns 0 if there is no room.
func (s *fragmentStore) begin(p *netstack.Packet, name *netstack.FlowKey, now Instant) ref {
	s.limitSource(name, now)
	if s.live == s.limits.MaxDatagrams && !s.loseFromGreatest(0, now) {
		return 0
	}
	r := s.datagrams.take()
	*s.datagrams.at(r) = datagram{name: *name, flow: p.Flow, began: now, expires: now + Instant(s.limits.Timeout)}
	s.live++
	s.byName.insert(s.hash.flow(name), uint32(r))
	s.byAge.append(ages{s}, r)
	s.adopt(r)
	return r
}

// place says whether the fragment b, laid out as q, goes with what came before
// of datagram r. ReasonNone: it does, and is new.
func (s *fragmentStore) place(r ref, q netstack.Piece, b []byte) netstack.Reason {
	d := s.datagrams.at(r)
	switch {
	case d.refused != netstack.ReasonNone:
		return d.refused
	case d.tooBig(q):
		s.refuse(d, netstack.FragTooBig)
		return netstack.FragTooBig
	case !d.contradicts(q) && !s.keeping.covered(d, q):
		return netstack.ReasonNone
	case !s.keeping.same(r, q, b):
		s.refuse(d, netstack.FragOverlap)
	}
	return netstack.FragOverlap
}

func end(q netstack.Piece) uint32 { return uint32(q.Offset) + uint32(q.Size()) }

// contradicts reports whether q and what came before do not agree on where the
// datagram ends.
func (d *datagram) contradicts(q netstack.Piece) bool {
	if q.Last {
		return d.ended && end(q) != d.size || end(q) < d.reach
	}
	return d.ended && end(q) > d.size
}

// tooBig reports whether q makes the datagram larger than one can be.
func (d *datagram) tooBig(q netstack.Piece) bool {
	first := d.first
	if q.Offset == 0 {
		first = q
	}
	return first.Len != 0 && !first.Fits(int(max(d.reach, end(q))))
}

// keep adds the fragment p, for which there is a place and room.
func (s *fragmentStore) keep(r ref, q netstack.Piece, p *netstack.Packet) {
	d := s.datagrams.at(r)
	if q.Offset == 0 {
		d.first, d.flow = q, p.Flow
	}
	if q.Last {
		d.ended, d.size = true, end(q)
	}
	d.reach = max(d.reach, end(q))
	d.here += uint32(q.Size())
	d.count++
	d.bytes += uint32(q.Len)
	d.largest = max(d.largest, q.Len)
	d.df = d.df || p.DontFragment()
	s.keeping.add(r, d, q, p.Bytes())
	s.charge(d, blocksFor(q))
	s.counters.hold(1, int(q.Len))
}

// complete takes datagram r out of the store if all of it is there.
func (s *fragmentStore) complete(r ref) Whole {
	d := s.datagrams.at(r)
	if !d.ended || d.here != d.size {
		return Whole{}
	}
	w := Whole{
		Fragments: int(d.count), Bytes: int(d.bytes), Largest: int(d.largest), DontFragment: d.df,
		Headers: d.first.Headers(),
		store:   s, datagram: r, first: d.first, size: int(d.size), left: int(d.count),
	}
	s.counters.whole++
	s.forget(r)
	return w
}

// refuse gives up what is held of d and takes no more of it. The fragment that
// is to blame is not held, and its sender's to be told of.
func (s *fragmentStore) refuse(d *datagram, why netstack.Reason) {
	s.counters.lost[why] += uint64(d.count)
	s.counters.hold(-int(d.count), -int(d.bytes))
	s.charge(d, -int(d.blocks))
	s.keeping.empty(d)
	d.refused, d.count, d.bytes = why, 0, 0
}

// lose gives up datagram r altogether.
func (s *fragmentStore) lose(r ref, why netstack.Reason, now Instant) {
	d := s.datagrams.at(r)
	if d.count > 0 {
		s.counters.lost[why] += uint64(d.count)
		s.losses.push(FragmentLoss{At: now, Flow: d.flow, Reason: why, Fragments: int(d.count), Bytes: int(d.bytes)})
	}
	s.forget(r)
	s.free(r)
}

// forget takes datagram r out of all lists: nothing finds it any more.
func (s *fragmentStore) forget(r ref) {
	d := s.datagrams.at(r)
	s.counters.hold(-int(d.count), -int(d.bytes))
	s.byName.remove(s.hash.flow(&d.name), uint32(r))
	s.byAge.remove(ages{s}, r)
	s.disown(r)
}

// free gives back the memory of datagram r, which is forgotten.
func (s *fragmentStore) free(r ref) {
	s.keeping.empty(s.datagrams.at(r))
	s.datagrams.put(r)
	s.live--
}
