package state

import (
	"unsafe"

	"sallyport/netstack"
)

// Foresight: a worker has many packets at hand. If each is looked up alone, it
// waits for memory twice, for the index and for the record. If the table is told
// of all of them first, the waits are one: Foresee for every packet, then
// Approach for all, then TrackAt for each in turn.

// Place is where a packet's session probably is. It is a hint, which goes stale
// without harm.
type Place struct {
	hash  uint32
	entry uint32 // 0: none was seen
}

// Foresee returns the place of p, and has the processor fetch the part of the
// index that will be wanted. It takes no lock.
func (t *Table) Foresee(p *netstack.Packet) Place {
	hash := t.hash.flow(&p.Flow)
	prefetch(unsafe.Pointer(&t.index.all[t.index.home(hash)]), 1)
	return Place{hash: hash}
}

const cacheLine = 64

// fetch has the processor fetch the cell of session r, all of which a packet
// touches.
func (t *Table) fetch(r ref) {
	prefetch(unsafe.Pointer(&t.sessions.all[r]), int(unsafe.Sizeof(cell{})/cacheLine))
}

// Approach looks the places up, a run of packets of one flow once, and has the
// processor fetch the sessions. It takes no lock either.
func (t *Table) Approach(places []Place) {
	var last Place
	for i := range places {
		p := &places[i]
		if p.hash == last.hash && last.entry != 0 {
			p.entry = last.entry
			continue
		}
		if p.entry = t.index.first(p.hash); p.entry != 0 {
			t.fetch(ref(p.entry >> 1))
		}
		last = *p
	}
}
