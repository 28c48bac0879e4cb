package forward

import (
	"sallyport/netstack"
	"sallyport/state"
)

// ledger is what a player has seen become of its packets, to be held against
// what the engine has counted.
type ledger struct {
	carried        map[uint64]uint64 // packets by session
	held, returned [netstack.Sides]uint64
}

// enter books what became of a packet that arrived on side.
func (p *player) enter(side netstack.Side, o *result) {
	if o.Verdict == netstack.Hold || o.Fragments > 0 {
		p.held[side]++
		p.returned[side] += uint64(o.Fragments)
	}
	// What is too big for its way out was one of the conversation all the same.
	if counts := o.Verdict == netstack.Pass || o.Reason == netstack.TooBig; counts && o.Session != 0 {
		p.carried[o.Session]++
	}
}

// newPlayer returns a player of a script on a rig with these rules.
func newPlayer(r *rig) *player {
	r.reaps = true
	return &player{rig: r, ledger: ledger{carried: map[uint64]uint64{}}}
}

// balance holds the engine to the ledger.
func (p *player) balance() {
	p.Helper()
	table := p.engine.Table
	if n := table.Len(); n > 1000 {
		p.Fatalf("%d sessions in a table of 1000", n)
	}
	if err := table.Audit(); err != nil {
		p.Fatal(err)
	}
	table.Sessions(p.now, 0, 1000, func(v state.View) {
		if n := v.Packets[0] + v.Packets[1]; n != p.carried[v.ID] {
			p.Errorf("session %d counts %d packets, and %d passed: %+v", v.ID, n, p.carried[v.ID], v)
		}
	})
	for side := range netstack.Side(netstack.Sides) {
		p.balanceFragments(side)
	}
}

// balanceFragments wants every fragment that was taken in to be held, lost for a
// reason, or to have left with its datagram.
func (p *player) balanceFragments(side netstack.Side) {
	p.Helper()
	s := p.engine.Fragments.Stats(side)
	if s.Fragments < 0 || s.Bytes < s.Fragments*20 || s.Datagrams > fragmentLimits.MaxDatagrams {
		p.Fatalf("%+v is held", s)
	}
	lost := uint64(0)
	for _, n := range s.Lost {
		lost += n
	}
	if p.held[side] != uint64(s.Fragments)+lost+p.returned[side] {
		p.Fatalf("%d fragments were taken in, %d have left, and of the rest it says %+v", p.held[side], p.returned[side], s)
	}
}
