package state

import (
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// BenchmarkFragmentFlood is a fragment of ever new datagrams from ever new
// sources, where the store is full: each takes the room of another.
func BenchmarkFragmentFlood(b *testing.B) {
	store := NewFragments(DefaultFragmentLimits(), Seed{1})
	p, n := floodPacket.Parse(b, inside), uint32(0)
	b.ReportAllocs()
	for b.Loop() {
		n++
		p.Fragment.ID, p.Flow.Src.Lo = n, 0xffff<<32|uint64(n*7919)
		store.Hold(p, Instant(n))
	}
}

// BenchmarkDatagramOfThree is a datagram of three fragments, from the first to
// when the last is given back.
func BenchmarkDatagramOfThree(b *testing.B) {
	store, whole, frame := NewFragments(DefaultFragmentLimits(), Seed{1}), netstack.NewDatagramFrame(), netstack.NewFrame()
	var pieces []*netstack.Packet
	for _, f := range nettest.Split(nettest.UDP("10.1.0.5:1", "1.1.1.1:1", nettest.Payload(4096)), 1480, 3) {
		pieces = append(pieces, f.Parse(b, inside))
	}
	b.ReportAllocs()
	for b.Loop() {
		var w Whole
		for _, p := range pieces {
			w, _ = store.Hold(p, 1)
		}
		w.Assemble(whole)
		for _, ok := w.Next(frame); ok; _, ok = w.Next(frame) {
		}
	}
}
