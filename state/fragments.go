package state

import (
	"sync"
	"time"

	"sallyport/netstack"
)

// Theory of operation of the fragments
//
// A fragment is held until its datagram is complete. Then the datagram is put
// together, judged as any packet is, once; and its fragments, in their order
// and with their sizes, are sent on as parts of what became of it. So nothing
// of a datagram passes before all of it has been seen, and a fragment that
// comes after the decision begins a datagram of its own, which will never be
// complete.
//
//	fragment -> place: new, the same again, or contradicting what has come?
//	         -> room:  within the limits, or whose datagram goes?
//	         -> keep:  bytes into blocks, units into the cover
//	         -> complete? the Whole leaves the store, and is its receiver's
//
// What contradicts (RFC 5722) refuses the datagram and whatever comes of it
// until its time is over: no two hosts agree on how to read such fragments, and
// whoever sends them counts on that.
//
// Memory: each side has a store of its own, so that a flood from the outside
// takes nothing from the inside. A store is slabs that grow up to its limits
// and never shrink. When one is full, the source that holds most, and of
// several the newest, loses its oldest datagram (fragment_source.go).
//
// Invariants, after every call:
//   - a datagram's pieces do not overlap, its cover has exactly their units, and
//     its held is the sum of their sizes;
//   - every piece is found by its datagram and offset, every datagram by its
//     name unless it is on its way out, and is in its source's chain and the
//     store's, the oldest first;
//   - a source's charge is the sum of its datagrams', and its chain that of its
//     charge's class;
//   - each fragment that was held has been given back or counted as lost.

// FragmentLimits bounds what is held of each side.
type FragmentLimits struct {
	MaxBytes     int           // memory for fragments, headers included; 0 to MaxFragmentBytes
	MaxDatagrams int           // incomplete datagrams, 0 to MaxFragmentDatagrams; 0: no fragment passes
	PerSource    int           // incomplete datagrams of one source, from 1
	Timeout      time.Duration // from a datagram's first fragment to arrive to its last
}

// The most that FragmentLimits may be.
const (
	MaxFragmentBytes     = 1 << 30
	MaxFragmentDatagrams = 1 << 20
	MaxFragmentTimeout   = time.Minute // what RFC 8200 gives the destination
)

// DefaultFragmentLimits returns limits with which a flood takes some 20 MB and
// a hundred hosts lose nothing. The timeout is half of what RFC 8200 gives the
// destination, as most firewalls have it.
func DefaultFragmentLimits() FragmentLimits {
	return FragmentLimits{MaxBytes: 8 << 20, MaxDatagrams: 2048, PerSource: 128, Timeout: 30 * time.Second}
}

// Fragments holds the fragments of datagrams that are not complete. It may be
// used by several goroutines.
type Fragments struct{ sides [netstack.Sides]fragmentStore }

// fragmentStore is what is held of one side.
type fragmentStore struct {
	mu     sync.Mutex
	limits FragmentLimits
	hash   hasher

	datagrams slab[datagram, *datagram]
	byName    index
	byAge     chain
	live      int // datagrams, with those on their way out

	sources  slab[fragmentSource, *fragmentSource]
	bySource index
	byCharge [chargeClasses]chain

	keeping  keeping
	counters fragmentCounters
	losses   lossRing
}

// NewFragments returns a Fragments that holds nothing. Limits outside their
// range are moved into it.
func NewFragments(l FragmentLimits, seed Seed) *Fragments {
	l.MaxBytes = min(max(l.MaxBytes, 0), MaxFragmentBytes)
	l.MaxDatagrams = min(max(l.MaxDatagrams, 0), MaxFragmentDatagrams)
	l.PerSource = max(l.PerSource, 1)
	f := new(Fragments)
	for side := range f.sides {
		f.sides[side] = fragmentStore{
			limits:    l,
			hash:      newHasher(seed),
			datagrams: newSlab[datagram](l.MaxDatagrams),
			byName:    newIndex(l.MaxDatagrams),
			sources:   newSlab[fragmentSource](l.MaxDatagrams),
			bySource:  newIndex(l.MaxDatagrams),
			keeping:   newKeeping(l, newHasher(seed)),
		}
	}
	return f
}

// Hold takes in the fragment p, of which it keeps a copy, and returns the whole
// datagram if p completes it: then all of it is the caller's, who must call
// Next for each fragment, or Discard. Otherwise the Whole is empty. With a
// reason, p is not held:
//
//   - FragOverlap: p overlaps, or contradicts, what came before of its datagram,
//     which is then refused as a whole, or it has been refused already. Or p is
//     the same fragment again, which alone is dropped.
//   - FragTooBig: the first fragment's headers leave no room for all of it, which
//     is refused in the same way.
//   - FragLimit: there is no room.
//
// p has been parsed, and is one whose source may be where it comes from.
func (f *Fragments) Hold(p *netstack.Packet, now Instant) (Whole, netstack.Reason) {
	s := &f.sides[p.Flow.In]
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hold(p, now)
}

func (s *fragmentStore) hold(p *netstack.Packet, now Instant) (Whole, netstack.Reason) {
	name, q := p.Datagram(), p.Piece()
	r := s.find(&name, now)
	if r == 0 {
		r = s.begin(p, &name, now)
	}
	if r == 0 {
		return Whole{}, netstack.FragLimit
	}
	if reason := s.place(r, q, p.Bytes()); reason != netstack.ReasonNone {
		return Whole{}, reason
	}
	if !s.makeRoom(r, blocksFor(q), now) {
		return Whole{}, netstack.FragLimit
	}
	s.keep(r, q, p)
	return s.complete(r), netstack.ReasonNone
}

// find returns the datagram of that name, 0 if there is none.
func (s *fragmentStore) find(name *netstack.FlowKey, now Instant) ref {
	r := s.byName.find(s.hash.flow(name), func(r ref) bool { return s.datagrams.at(r).name == *name })
	if r != 0 && s.datagrams.at(r).expires <= now {
		s.lose(r, netstack.FragTimeout, now)
		return 0
	}
	return r
}

// Sweep gives up at most budget datagrams of each side whose time is over, and
// returns how many there were.
func (f *Fragments) Sweep(now Instant, budget int) (n int) {
	for side := range f.sides {
		n += f.sides[side].sweep(now, budget)
	}
	return n
}

func (s *fragmentStore) sweep(now Instant, budget int) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ; n < budget && s.byAge.first != 0 && s.datagrams.at(s.byAge.first).expires <= now; n++ {
		s.lose(s.byAge.first, netstack.FragTimeout, now)
	}
	return n
}
