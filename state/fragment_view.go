package state

import (
	"time"

	"sallyport/netstack"
)

// fragmentCounters is what a store counts as it goes.
type fragmentCounters struct {
	fragments, bytes int // held, of datagrams that are not complete
	whole            uint64
	lost             [netstack.Reasons]uint64
}

func (c *fragmentCounters) hold(fragments, bytes int) {
	c.fragments += fragments
	c.bytes += bytes
}

// FragmentStats is what is held of one side, and what became of the rest.
type FragmentStats struct {
	Datagrams, Fragments, Bytes int    // held now
	Whole                       uint64 // datagrams that were completed
	// Lost counts fragments that were held and then given up, by reason. What
	// Hold refused is not among them.
	Lost [netstack.Reasons]uint64
}

// Stats returns the numbers of one side now.
func (f *Fragments) Stats(side netstack.Side) FragmentStats {
	s := &f.sides[side]
	s.mu.Lock()
	defer s.mu.Unlock()
	return FragmentStats{
		Datagrams: s.live, Fragments: s.counters.fragments, Bytes: s.counters.bytes,
		Whole: s.counters.whole, Lost: s.counters.lost,
	}
}

// FragmentView is a copy of what is known of a datagram that is not complete.
type FragmentView struct {
	// Name is the datagram's: the identification stands where the ports are.
	Name      netstack.FlowKey
	Flow      netstack.FlowKey // with ports, once the first fragment has come
	First     bool             // it has
	Last      bool             // the last has
	Refused   netstack.Reason  // nothing of it is held, or taken any more
	Fragments int
	Bytes     int // of the fragments, headers included
	Began     Instant
	Left      time.Duration
}

// List calls list for each datagram that is held of a side, from the oldest,
// up to max. The lock is held meanwhile: max should be some hundreds.
func (f *Fragments) List(side netstack.Side, now Instant, max int, list func(FragmentView)) {
	s := &f.sides[side]
	s.mu.Lock()
	defer s.mu.Unlock()
	for r := s.byAge.first; r != 0 && max > 0; r, max = s.datagrams.at(r).age.after, max-1 {
		if d := s.datagrams.at(r); d.expires > now {
			list(FragmentView{
				Name: d.name, Flow: d.flow, First: d.first.Len != 0, Last: d.ended, Refused: d.refused,
				Fragments: int(d.count), Bytes: int(d.bytes), Began: d.began, Left: time.Duration(d.expires - now),
			})
		}
	}
}

// FragmentLoss is a datagram whose fragments were held and then given up,
// because their time was over or others needed the room.
type FragmentLoss struct {
	At        Instant
	Flow      netstack.FlowKey // ports only if the first fragment had come
	Reason    netstack.Reason
	Fragments int
	Bytes     int
}

// lossRing holds losses until they are fetched. What does not fit is counted
// and not told of: nobody outside is to fill a log.
type lossRing struct {
	slots      [64]FragmentLoss
	next, held int
}

func (q *lossRing) push(l FragmentLoss) {
	if q.held < len(q.slots) {
		q.slots[(q.next+q.held)%len(q.slots)] = l
		q.held++
	}
}

// Losses fills into with datagrams that were given up since they were last
// fetched, and returns how many: not all of them, if there were many.
func (f *Fragments) Losses(into []FragmentLoss) (n int) {
	for side := range f.sides {
		n += f.sides[side].fetch(into[n:])
	}
	return n
}

func (s *fragmentStore) fetch(into []FragmentLoss) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for q := &s.losses; n < len(into) && q.held > 0; n++ {
		into[n] = q.slots[q.next]
		q.next, q.held = (q.next+1)%len(q.slots), q.held-1
	}
	return n
}
