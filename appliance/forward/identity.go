package forward

import (
	"math/rand/v2"
	"sync/atomic"

	"sallyport/netstack"
	"sallyport/state"
)

// identities are the identifications of the IPv4 datagrams that leave with
// another source than they came with: many hosts then share an address, and two
// of them may have chosen the same one, which would let their fragments meet in
// one datagram. So the firewall chooses, as if it had sent them (RFC 6864 5.3.1,
// RFC 7857 10), and keeps from telling how many hosts there are.
//
// Receivers share counters, each begun anywhere, so that none learns from what
// it gets how much others do. Those of one receiver count on from packet to
// packet, as segments that are to be merged must.
type identities struct {
	secret uint64
	next   [256]atomic.Uint32
}

// begin sets them to anywhere.
func (i *identities) begin() {
	i.secret = rand.Uint64() | 1
	for n := range i.next {
		i.next[n].Store(rand.Uint32())
	}
}

// take returns the first of n identifications for a receiver.
func (i *identities) take(to netstack.Addr, n int) uint16 {
	bucket := (to.Hi ^ to.Lo) * i.secret >> 56
	return uint16(i.next[bucket].Add(uint32(n)) - uint32(n))
}

// identify names the packet anew if it is to leave with another source, and
// somebody may fragment it, or has. In what may not be fragmented the name means
// nothing.
func (l *Lane) identify(m *state.Match) {
	p := l.pkt
	if p.DontFragment() && l.joined.whole.Fragments == 0 {
		return
	}
	if p.Version == 4 && m.Leave.Src != p.Flow.Src {
		p.Identify(l.engine.identities.take(m.Leave.Dst, p.Segments()))
	}
}
