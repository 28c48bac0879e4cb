package state

import (
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// fragmentRig is a store of fragments with a clock that only the test moves. It
// holds the store's invariants against it after every call, and keeps account
// of every fragment.
type fragmentRig struct {
	testing.TB
	*Fragments
	now                   Instant
	whole                 *netstack.Frame
	taken, given, refused int // fragments
	wholes                int
}

func newFragmentRig(t testing.TB, l FragmentLimits) *fragmentRig {
	return &fragmentRig{
		TB: t, Fragments: NewFragments(l, Seed{1}), now: Instant(time.Hour), whole: netstack.NewDatagramFrame(),
	}
}

func (r *fragmentRig) after(d time.Duration) *fragmentRig {
	r.now += Instant(d)
	return r
}

// arrival is what became of a fragment.
type arrival struct {
	reason    netstack.Reason
	whole     nettest.Packet   // the datagram, if the fragment completed it
	fragments []nettest.Packet // as they are given back
}

// arrive has a fragment arrive on a side.
func (r *fragmentRig) arrive(in netstack.Side, p nettest.Packet) (a arrival) {
	r.Helper()
	defer r.check()
	r.taken++
	w, reason := r.Hold(p.Parse(r.TB, in), r.now)
	if reason != netstack.ReasonNone {
		r.refused++
	}
	if a.reason = reason; w.Fragments == 0 {
		return a
	}
	r.given += w.Fragments
	want := w
	w.Assemble(r.whole)
	a.whole = nettest.Of(r.whole)
	f := netstack.NewFrame()
	w.First(f)
	first, bytes, largest, df := nettest.Of(f), 0, 0, false
	for q, ok := w.Next(f); ok; q, ok = w.Next(f) {
		view := nettest.Of(f).Parse(r.TB, in)
		if view.Piece() != q {
			r.Fatalf("layout %+v of a fragment that is laid out %+v", q, view.Piece())
		}
		largest, df = max(largest, view.Len()), df || view.DontFragment()
		a.fragments = append(a.fragments, nettest.Of(f))
		bytes += len(f.Bytes())
	}
	r.wholes++
	if len(a.fragments) != want.Fragments || bytes != want.Bytes || string(first.Bytes) != string(a.fragments[0].Bytes) {
		r.Fatalf("%d fragments of %d bytes, want %+v", len(a.fragments), bytes, want)
	}
	if largest != want.Largest || df != want.DontFragment {
		r.Fatalf("the largest has %d bytes, may not be cut: %v; want %+v", largest, df, want)
	}
	return a
}

// holds has fragments arrive inside that are all to be held.
func (r *fragmentRig) holds(fragments ...nettest.Packet) {
	r.Helper()
	for i, p := range fragments {
		if a := r.arrive(inside, p); a.reason != netstack.ReasonNone || a.fragments != nil {
			r.Fatalf("fragment %d: %v, %d fragments are given back; want it held", i, a.reason, len(a.fragments))
		}
	}
}

// refuses has a fragment arrive inside that is to be refused.
func (r *fragmentRig) refuses(p nettest.Packet, want netstack.Reason) {
	r.Helper()
	if a := r.arrive(inside, p); a.reason != want {
		r.Fatalf("%v, want %v", a.reason, want)
	}
}

// completes has a fragment arrive inside that is to complete its datagram.
func (r *fragmentRig) completes(p, want nettest.Packet) arrival {
	r.Helper()
	a := r.arrive(inside, p)
	if a.fragments == nil || string(a.whole.Bytes) != string(want.Bytes) {
		r.Fatalf("%v, %d fragments are given back; want the datagram complete", a.reason, len(a.fragments))
	}
	return a
}

// lost is how many fragments that were held have been given up.
func (r *fragmentRig) lost(why netstack.Reason) (n int) {
	for side := range r.sides {
		n += int(r.Stats(netstack.Side(side)).Lost[why])
	}
	return n
}

// check holds the invariants.
func (r *fragmentRig) check() {
	r.Helper()
	held, lost, wholes := 0, 0, uint64(0)
	for side := range r.sides {
		s := &r.sides[side]
		s.check(r.TB)
		held += s.counters.fragments
		wholes += s.counters.whole
		for _, n := range s.counters.lost {
			lost += int(n)
		}
	}
	if wholes != uint64(r.wholes) {
		r.Fatalf("%d datagrams are counted, %d were complete", wholes, r.wholes)
	}
	if r.taken != held+lost+r.given+r.refused {
		r.Fatalf("%d fragments came: %d are held, %d lost, %d given back, %d refused", r.taken, held, lost, r.given, r.refused)
	}
}

// check counts everything in the store anew.
func (s *fragmentStore) check(t testing.TB) {
	t.Helper()
	var c fragmentCounters
	charges, datagrams, blocks := map[ref]int{}, 0, 0
	last := Instant(0)
	for r := s.byAge.first; r != 0; r = s.datagrams.at(r).age.after {
		d := s.datagrams.at(r)
		datagrams++
		if d.expires < last {
			t.Fatal("the chain of all datagrams is not in the order of their age")
		}
		last = d.expires
		blocks += s.checkDatagram(t, r, d)
		c.hold(int(d.count), int(d.bytes))
		charges[d.source] += datagramCharge + int(d.blocks)
	}
	if c.fragments != s.counters.fragments || c.bytes != s.counters.bytes || datagrams != s.live {
		t.Fatalf("%d datagrams, %+v counted; %d and %+v in fact", s.live, s.counters, datagrams, c)
	}
	if limit := s.limits.MaxBytes / blockSize; s.keeping.free != limit-blocks {
		t.Fatalf("%d blocks of %d are free, want all but %d", s.keeping.free, limit, blocks)
	}
	s.checkSources(t, charges)
}

func (s *fragmentStore) checkDatagram(t testing.TB, r ref, d *datagram) (blocks int) {
	t.Helper()
	var units [8192 / 64]uint64
	here, count := 0, 0
	for n := d.pieces; n != 0; n = s.keeping.pieces.at(n).next {
		p := s.keeping.pieces.at(n)
		if s.keeping.find(r, p.Offset) != n {
			t.Fatalf("the fragment at %d is not found", p.Offset)
		}
		for u := int(p.Offset) / 8; u*8 < int(p.Offset)+p.Size(); u++ {
			if units[u/64]>>(u%64)&1 != 0 {
				t.Fatalf("unit %d is held twice", u)
			}
			units[u/64] |= 1 << (u % 64)
		}
		here, count, blocks = here+p.Size(), count+1, blocks+blocksFor(p.Piece)
	}
	if count != int(d.count) || count > 0 && here != int(d.here) || blocks != int(d.blocks) {
		t.Fatalf("%d fragments, %d bytes, %d blocks, recorded as %+v", count, here, blocks, d)
	}
	if d.cover != 0 && s.keeping.covers.at(d.cover).units != units {
		t.Fatal("the cover has other units than the fragments")
	}
	if s.byName.find(s.hash.flow(&d.name), func(n ref) bool { return n == r }) != r {
		t.Fatal("a datagram is not found by its name")
	}
	return blocks
}

func (s *fragmentStore) checkSources(t testing.TB, charges map[ref]int) {
	t.Helper()
	sources := 0
	for class, c := range s.byCharge {
		for r := c.first; r != 0; r = s.sources.at(r).peers.after {
			f := s.sources.at(r)
			if f.charge != charges[r] || f.class() != class || f.count > s.limits.PerSource {
				t.Fatalf("source %v holds %d, charged %d, class %d, %d datagrams", f.name.Src, charges[r], f.charge, class, f.count)
			}
			sources++
		}
	}
	if sources != len(charges) {
		t.Fatalf("%d sources in the chains, %d hold something", sources, len(charges))
	}
}

// roomy are limits that no test but those of limits meets.
func roomy() FragmentLimits { return DefaultFragmentLimits() }

// families are endpoints of both IP versions.
var families = map[string][2]string{
	"IPv4": {"10.1.0.5:4000", "1.1.1.1:53"},
	"IPv6": {"[fd00:1::5]:4000", "[fd00:9::1]:53"},
}
