package state

import (
	"math/bits"

	"sallyport/netstack"
)

// fragmentSource is somebody of whom datagrams are held.
type fragmentSource struct {
	name      netstack.FlowKey // only Src
	datagrams chain            // oldest first
	count     int              // of them
	charge    int              // memory that they take, in blocks
	peers     links            // in the chain of its charge's class; or the next free record
}

func (f *fragmentSource) nextFree() *ref { return &f.peers.after }

// datagramCharge is what a datagram takes, in blocks, before any fragment.
const datagramCharge = 5

// chargeClasses is how many classes of charge there are. A class is as wide as
// its least charge: so the source that holds most is known to a factor of two,
// without a search. Up to modest blocks, 16 KiB, all are of one class: a flood of
// single fragments is not to make whoever sends datagrams of some kilobytes the
// greatest.
const (
	chargeClasses = 32
	modest        = 64
)

func (f *fragmentSource) class() int { return bits.Len(uint(max(f.charge, modest-1))) }

// peers is the chain that sources of one class are in.
type peers struct{ *fragmentStore }

func (s peers) links(r ref) *links { return &s.sources.at(r).peers }

// sourceOf returns whom a datagram counts for. A host outside has a whole
// 64-bit prefix of IPv6 addresses to choose from; of the hosts inside that share
// one, none is to pay for another.
func sourceOf(name *netstack.FlowKey) netstack.FlowKey {
	src := name.Src
	if name.In == netstack.Outside && !src.Is4() {
		src.Lo = 0
	}
	return netstack.FlowKey{Src: src}
}

func (s *fragmentStore) findSource(key *netstack.FlowKey) ref {
	return s.bySource.find(s.hash.flow(key), func(r ref) bool { return s.sources.at(r).name == *key })
}

// limitSource makes room for one more datagram of its source, which loses its
// oldest if it has as many as it may: that one has had the best chance to be
// complete, and whoever forges the source of others stops none of their new
// ones.
func (s *fragmentStore) limitSource(name *netstack.FlowKey, now Instant) {
	key := sourceOf(name)
	if r := s.findSource(&key); r != 0 && s.sources.at(r).count >= s.limits.PerSource {
		s.lose(s.sources.at(r).datagrams.first, netstack.FragLimit, now)
	}
}

// loseFromGreatest makes the source that holds most lose its oldest datagram; of
// several, the one that has come to hold so much last, so that a flood of ever
// new sources takes from itself. who, for whose sake it is, is spared if another
// holds as much: it would never get in. False: nobody holds anything.
func (s *fragmentStore) loseFromGreatest(who ref, now Instant) bool {
	for class := chargeClasses - 1; class > 0; class-- {
		r := s.byCharge[class].last
		if r == 0 {
			continue
		}
		if other := s.sources.at(r).peers.before; r == who && other != 0 {
			r = other
		}
		s.lose(s.sources.at(r).datagrams.first, netstack.FragLimit, now)
		return true
	}
	return false
}

// makeRoom makes room for n blocks for datagram r, and reports whether there is
// any: r may itself be what has to go.
func (s *fragmentStore) makeRoom(r ref, n int, now Instant) bool {
	d := s.datagrams.at(r)
	name, source := d.name, d.source
	for s.keeping.free < n {
		if !s.loseFromGreatest(source, now) || s.find(&name, now) != r {
			return false
		}
	}
	return true
}

// adopt puts the new datagram r on its source's account.
func (s *fragmentStore) adopt(r ref) {
	d := s.datagrams.at(r)
	key := sourceOf(&d.name)
	d.source = s.findSource(&key)
	if d.source == 0 {
		d.source = s.sources.take()
		*s.sources.at(d.source) = fragmentSource{name: key}
		s.bySource.insert(s.hash.flow(&key), uint32(d.source))
		s.byCharge[s.sources.at(d.source).class()].append(peers{s}, d.source)
	}
	f := s.sources.at(d.source)
	f.datagrams.append(kin{s}, r)
	f.count++
	s.account(d.source, datagramCharge)
}

// disown takes datagram r off its source's account.
func (s *fragmentStore) disown(r ref) {
	d := s.datagrams.at(r)
	f := s.sources.at(d.source)
	f.datagrams.remove(kin{s}, r)
	f.count--
	s.account(d.source, -datagramCharge-int(d.blocks))
	if f.count == 0 {
		s.byCharge[f.class()].remove(peers{s}, d.source)
		s.bySource.remove(s.hash.flow(&f.name), uint32(d.source))
		s.sources.put(d.source)
	}
}

// charge puts n blocks more on the account of datagram d.
func (s *fragmentStore) charge(d *datagram, n int) {
	d.blocks += uint32(n)
	s.account(d.source, n)
}

// account adds n to what source r holds.
func (s *fragmentStore) account(r ref, n int) {
	f := s.sources.at(r)
	was := f.class()
	f.charge += n
	if f.class() != was {
		s.byCharge[was].remove(peers{s}, r)
		s.byCharge[f.class()].append(peers{s}, r)
	}
}
