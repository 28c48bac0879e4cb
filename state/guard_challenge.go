package state

import "sallyport/netstack"

// A challenge
//
// To a SYN that it refuses, the guard may answer with a bare acknowledgement of
// something that was never sent. That is what an end says which believes in
// another connection (RFC 9293 3.5.1, fig. 9): whoever has sent the SYN answers
// with a RST that has just the number which was acknowledged, and tries again,
// Linux within milliseconds and others when their timer runs out. The number is a
// secret function of the connection and the time, so who sends it back was
// there to receive it; and nothing has to be remembered meanwhile.

// challengeTerm is the logarithm of the time that numbers are good for, in
// nanoseconds: this and the next, 69 s each.
const challengeTerm = 36

// Challenge returns the number that a challenge to p acknowledges.
func (t *Table) Challenge(p *netstack.Packet, now Instant) uint32 {
	return t.guard.challenge(&p.Flow, uint64(now>>challengeTerm))
}

func (g *guard) challenge(k *netstack.FlowKey, term uint64) uint32 {
	return uint32(g.key.sum(k.Src.Hi, k.Src.Lo, k.Dst.Hi, k.Dst.Lo,
		uint64(k.SrcPort)<<48|uint64(k.DstPort)<<32|uint64(k.In), term))
}

// hear looks whether p, which belongs to no session, answers a challenge. If it
// does, its source may begin sessions; p goes no further all the same.
func (g *guard) hear(p *netstack.Packet, now Instant) {
	if !isRST(p) || p.Flow.In >= netstack.Sides || !g.sides[p.Flow.In].on.Load() {
		return
	}
	number, term := p.TCP().SequenceNumber(), uint64(now>>challengeTerm)
	if number == g.challenge(&p.Flow, term) || number == g.challenge(&p.Flow, term-1) {
		g.sides[p.Flow.In].proved.Add(1)
		g.meet(p, now)
	}
}
