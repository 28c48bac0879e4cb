package state

import "sallyport/netstack"

// pairs counts the live sessions whose packets arrive with the same addresses,
// protocol and side; several of these may share a counter. It knows who speaks
// to whom where ports are not known, as in a fragment.
type pairs struct {
	counts []uint32
	hash   *hasher
}

// newPairs makes a counter for every four sessions that there may be, which is a
// byte for each: mostly there are far fewer sessions, or far fewer hosts.
func newPairs(sessions int, h *hasher) pairs {
	n := 1024
	for n < sessions/4 {
		n *= 2
	}
	return pairs{make([]uint32, n), h}
}

// of returns the counter of packets that arrive as k says.
func (c *pairs) of(k *netstack.FlowKey) *uint32 {
	return &c.counts[c.hash.pair(k)&uint32(len(c.counts)-1)]
}

func (c *pairs) add(keys *[2]netstack.FlowKey) {
	*c.of(&keys[Original])++
	*c.of(&keys[Reply])++
}

func (c *pairs) remove(keys *[2]netstack.FlowKey) {
	*c.of(&keys[Original])--
	*c.of(&keys[Reply])--
}

// MayKnow reports whether a packet with the addresses, the protocol and the side
// of p may be of a session, whatever its ports. If it says no, none is; it says
// yes a little too often.
func (t *Table) MayKnow(p *netstack.Packet) bool {
	t.lockAll()
	defer t.mu.Unlock()
	return *t.pairs.of(&p.Flow) != 0
}
