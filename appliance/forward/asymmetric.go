package forward

import (
	"cmp"
	"slices"
	"sync"

	"sallyport/netstack"
	"sallyport/state"
)

// Asymmetry is a pair of addresses of whose conversations only one direction
// passes here.
type Asymmetry struct {
	In       netstack.Side // side that the direction arrives on
	Src, Dst netstack.Addr
	// Packets were dropped for that: at least so many, if the pair has had its
	// place among the busiest only for a while.
	Packets uint64
	Last    state.Instant
}

// maxAsymmetries is how many pairs are told apart. A network that takes two ways
// shows few; whoever makes pairs up shows any number.
const maxAsymmetries = 64

// asymmetries counts packets by pair. It is the "space-saving" table of Metwally
// and others: a pair that is not in it takes the place of the one with the
// fewest, with that one's count as its handicap. So it never grows, and a pair
// that has more than a 64th of all packets is always in it, whatever a stranger
// sends besides.
type asymmetries struct {
	mu    sync.Mutex
	pairs []counted
}

// counted is a pair, and how much of its rank it has inherited.
type counted struct {
	Asymmetry
	handicap uint64
}

func (c *counted) rank() uint64 { return c.Packets + c.handicap }

// note counts a packet.
func (a *asymmetries) note(k *netstack.FlowKey, now state.Instant) {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := a.place(k)
	c.Packets++
	c.Last = now
}

// place returns the pair's place, which may have been another's.
func (a *asymmetries) place(k *netstack.FlowKey) *counted {
	least := 0
	for i := range a.pairs {
		if c := &a.pairs[i]; c.Src == k.Src && c.Dst == k.Dst && c.In == k.In {
			return c
		} else if c.rank() < a.pairs[least].rank() {
			least = i
		}
	}
	fresh := counted{Asymmetry: Asymmetry{In: k.In, Src: k.Src, Dst: k.Dst}}
	if len(a.pairs) < maxAsymmetries {
		a.pairs = append(a.pairs, fresh)
		return &a.pairs[len(a.pairs)-1]
	}
	fresh.handicap = a.pairs[least].rank()
	a.pairs[least] = fresh
	return &a.pairs[least]
}

// Asymmetries returns the busiest of the pairs that were seen one way only, the
// busiest first.
func (e *Engine) Asymmetries() []Asymmetry {
	e.asymmetric.mu.Lock()
	defer e.asymmetric.mu.Unlock()
	list := make([]Asymmetry, len(e.asymmetric.pairs))
	for i := range list {
		list[i] = e.asymmetric.pairs[i].Asymmetry
	}
	slices.SortStableFunc(list, func(a, b Asymmetry) int { return cmp.Compare(b.Packets, a.Packets) })
	return list
}
