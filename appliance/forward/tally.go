package forward

import (
	"sync"

	"sallyport/netstack"
)

// Tally counts what became of packets, by the side they arrived on. Packets
// are those on the wire: a super-packet counts its segments.
type Tally struct {
	Passed   [netstack.Sides]uint64
	Bytes    [netstack.Sides]uint64
	Refused  [netstack.Sides][netstack.Reasons]uint64
	Answers  uint64 // RSTs and ICMP errors of our own
	Batches  uint64
	Unlogged uint64 // events and drops not handed to the log, which was behind or limited
}

// Add adds u to t.
func (t *Tally) Add(u *Tally) {
	for side := range netstack.Sides {
		t.Passed[side] += u.Passed[side]
		t.Bytes[side] += u.Bytes[side]
		for r := range u.Refused[side] {
			t.Refused[side][r] += u.Refused[side][r]
		}
	}
	t.Answers += u.Answers
	t.Batches += u.Batches
	t.Unlogged += u.Unlogged
}

// published is a Tally that its worker brings up to date once a batch and
// anybody may read.
type published struct {
	mu sync.Mutex
	t  Tally
}

func (p *published) set(t *Tally) {
	p.mu.Lock()
	p.t = *t
	p.mu.Unlock()
}

func (p *published) get() Tally {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.t
}

// Drops is how many packets from side were refused for whatever reason.
func (t *Tally) Drops(side netstack.Side) (n uint64) {
	for _, count := range t.Refused[side] {
		n += count
	}
	return n
}
