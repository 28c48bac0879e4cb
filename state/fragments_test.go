package state

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// TestS19FragmentsInFragmentsOut: whatever the order, nothing is given back
// before all is there, and then every fragment as it came.
func TestS19FragmentsInFragmentsOut(t *testing.T) {
	for name, e := range families {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(50) {
				random := rand.New(rand.NewPCG(seed, 0))
				whole := nettest.UDP(e[0], e[1], nettest.Payload(1+random.IntN(4000)), nettest.IPID(uint16(seed)))
				sent := nettest.Split(whole, 8*(1+random.IntN(200)), uint32(seed))
				if len(sent) == 1 || len(sent[0].Bytes) < 60 {
					continue // not cut, or too small a first fragment
				}
				order := random.Perm(len(sent))
				r := newFragmentRig(t, roomy())
				for _, i := range order[:len(order)-1] {
					r.holds(sent[i])
				}
				a := r.completes(sent[order[len(order)-1]], whole)
				if !slices.EqualFunc(a.fragments, sent, func(a, b nettest.Packet) bool { return string(a.Bytes) == string(b.Bytes) }) {
					t.Fatalf("seed %d: %d fragments that are not those that were sent, in their order", seed, len(a.fragments))
				}
			}
		})
	}
}

// TestS25FragmentsOfManyDatagramsMixed: the later fragments have no ports; the
// side, the addresses, the identification and the protocol tie them together.
func TestS25FragmentsOfManyDatagramsMixed(t *testing.T) {
	cut := func(whole nettest.Packet, id uint32) []nettest.Packet { return nettest.Split(whole, 40, id) }
	data := func(b byte) nettest.Option { return nettest.PayloadBytes(slices.Repeat([]byte{b}, 60)) }
	wholes := []nettest.Packet{
		nettest.UDP("10.1.0.5:1", "1.1.1.1:2", data(1)),
		nettest.UDP("10.1.0.5:1", "1.1.1.1:2", data(2)),
		nettest.UDP("10.1.0.5:1", "1.1.1.2:2", data(3)),
		nettest.UDP("10.1.0.6:1", "1.1.1.1:2", data(4)),
		nettest.TCP("10.1.0.5:1", "1.1.1.1:2", data(5)),
	}
	ids := []uint32{7, 8, 7, 7, 7}
	r := newFragmentRig(t, roomy())
	for i, whole := range wholes {
		r.holds(cut(whole, ids[i])[0])
	}
	if a := r.arrive(outside, nettest.Split(nettest.UDP("10.1.0.5:1", "1.1.1.1:2", data(6)), 40, 7)[1]); a.fragments != nil {
		t.Error("a fragment from the other side completed a datagram")
	}
	for i, whole := range wholes {
		fragments := cut(whole, ids[i])
		r.holds(fragments[1 : len(fragments)-1]...)
		r.completes(fragments[len(fragments)-1], withID(whole, ids[i]))
	}
}

// withID is an IPv4 packet with the identification that its fragments had.
func withID(p nettest.Packet, id uint32) nettest.Packet {
	return p.MutateIPv4(func(b []byte) { b[4], b[5] = byte(id>>8), byte(id) })
}

// One fragment that may not be cut further is enough, whichever it is.
func TestDontFragmentOfAny(t *testing.T) {
	whole := nettest.UDP("10.1.0.5:1", "1.1.1.1:2", nettest.Payload(92), nettest.IPID(7))
	for i := range 3 {
		r, fragments := newFragmentRig(t, roomy()), nettest.Split(whole, 40, 7)
		fragments[i] = fragments[i].MutateIPv4(func(b []byte) { b[6] |= 0x40 })
		r.holds(fragments[:2]...)
		if a := r.arrive(inside, fragments[2]); a.fragments == nil {
			t.Errorf("%v, want it complete", a.reason)
		}
	}
}

// In IPv6 the first fragment alone says what the datagram is (RFC 8200 4.5).
func TestProtocolOfLaterFragmentsDoesNotCount(t *testing.T) {
	whole := nettest.UDP("[fd00:1::5]:1", "[fd00:9::1]:2", nettest.Payload(60))
	fragments := nettest.Split(whole, 40, 7)
	r := newFragmentRig(t, roomy())
	r.holds(fragments[1].Mutate(func(b []byte) { b[40] = 6 }))
	if a := r.arrive(inside, fragments[0]); string(a.whole.Bytes) != string(whole.Bytes) {
		t.Errorf("%v, % x; want the datagram complete", a.reason, a.whole.Bytes)
	}
}

// cutAt is fragments of one datagram at these places, each with its own bytes.
type cutAt struct {
	from, to int
	last     bool
	fill     byte
}

// Test5722Overlaps: and RFC 3128. Whatever overlaps, or contradicts the end,
// refuses all of the datagram until its time is over; the same fragment again
// is dropped alone.
func Test5722Overlaps(t *testing.T) {
	alone, all := false, true
	for name, c := range map[string]struct {
		held  []cutAt
		comes cutAt
		kills bool
	}{
		"the first again":                  {[]cutAt{{0, 40, false, 0}}, cutAt{0, 40, false, 0}, alone},
		"a later one again":                {[]cutAt{{40, 80, false, 0}}, cutAt{40, 80, false, 0}, alone},
		"the last again":                   {[]cutAt{{200, 237, true, 0}}, cutAt{200, 237, true, 0}, alone},
		"the same place, other bytes":      {[]cutAt{{40, 80, false, 0}}, cutAt{40, 80, false, 1}, all},
		"the first with other bytes":       {[]cutAt{{0, 40, false, 0}}, cutAt{0, 40, false, 1}, all},
		"the same, shorter":                {[]cutAt{{40, 80, false, 0}}, cutAt{40, 72, false, 0}, all},
		"the same, longer":                 {[]cutAt{{40, 80, false, 0}}, cutAt{40, 88, false, 0}, all},
		"into the one before":              {[]cutAt{{0, 40, false, 0}}, cutAt{32, 80, false, 0}, all},
		"into the one after":               {[]cutAt{{40, 80, false, 0}}, cutAt{0, 48, false, 0}, all},
		"teardrop: inside another":         {[]cutAt{{0, 48, false, 0}}, cutAt{24, 32, true, 0}, all},
		"around another":                   {[]cutAt{{40, 48, false, 0}}, cutAt{0, 80, false, 0}, all},
		"across two":                       {[]cutAt{{0, 40, false, 0}, {40, 80, false, 0}}, cutAt{0, 80, false, 0}, all},
		"far apart, into the far one":      {[]cutAt{{0, 40, false, 0}, {5000, 5080, false, 0}}, cutAt{4000, 5008, false, 0}, all},
		"beyond the end":                   {[]cutAt{{40, 77, true, 0}}, cutAt{80, 88, false, 0}, all},
		"another end":                      {[]cutAt{{40, 77, true, 0}}, cutAt{80, 88, true, 0}, all},
		"an end before what has come":      {[]cutAt{{80, 88, false, 0}}, cutAt{40, 80, true, 0}, all},
		"an end where more was to come":    {[]cutAt{{40, 80, false, 0}}, cutAt{40, 80, true, 0}, all},
		"more to come where the end was":   {[]cutAt{{40, 80, true, 0}}, cutAt{40, 80, false, 0}, all},
		"into the rest of the last's unit": {[]cutAt{{40, 77, true, 0}}, cutAt{40, 80, true, 0}, all},
	} {
		for family, e := range families {
			t.Run(name+"/"+family, func(t *testing.T) {
				packet := func(c cutAt) nettest.Packet {
					whole := nettest.UDP(e[0], e[1], nettest.Payload(100))
					return nettest.Piece(whole, c.from, slices.Repeat([]byte{c.fill}, c.to-c.from), !c.last, 7)
				}
				first := func(c cutAt) nettest.Packet {
					p := packet(c)
					if c.from > 0 {
						return p
					}
					return p.Mutate(func(b []byte) { b[len(b)-(c.to-c.from)+5] = 100 }) // the length of a UDP header
				}
				r := newFragmentRig(t, roomy())
				for _, h := range c.held {
					r.holds(first(h))
				}
				r.refuses(first(c.comes), netstack.FragOverlap)
				wantDead(r, c.kills, len(c.held), packet(cutAt{160, 168, false, 0}))
			})
		}
	}
}

// wantDead wants a datagram of which some fragments were held to be refused, or
// not.
func wantDead(r *fragmentRig, dead bool, held int, other nettest.Packet) {
	r.Helper()
	if !dead {
		held = 0
	}
	if got := r.lost(netstack.FragOverlap); got != held {
		r.Errorf("%d fragments lost, want %d", got, held)
	}
	if a := r.arrive(inside, other); (a.reason == netstack.FragOverlap) != dead {
		r.Errorf("another fragment of it: %v", a.reason)
	}
}

// A refused datagram stays refused until its time is over, and its identification
// is good again after that.
func TestRefusedUntilItsTimeIsOver(t *testing.T) {
	whole := nettest.UDP("10.1.0.5:1", "1.1.1.1:2", nettest.Payload(92), nettest.IPID(7))
	fragments := nettest.Split(whole, 40, 7)
	r := newFragmentRig(t, roomy())
	r.holds(fragments[0])
	r.refuses(nettest.Piece(whole, 32, make([]byte, 16), true, 7), netstack.FragOverlap)
	r.after(29 * time.Second)
	for _, f := range fragments {
		r.refuses(f, netstack.FragOverlap)
	}
	r.after(time.Second)
	r.holds(fragments[0], fragments[1])
	r.completes(fragments[2], whole)
	if n := r.Losses(make([]FragmentLoss, 4)); n != 0 {
		t.Errorf("%d losses told when a refused datagram's time was over, and nothing was held", n)
	}
}

// TestS20IncompleteIsCountedAndTold, with its source, unlike FW-1.
func TestS20IncompleteIsCountedAndTold(t *testing.T) {
	fragments := nettest.Split(nettest.UDP("10.1.0.5:4000", "1.1.1.1:53", nettest.Payload(3000)), 1480, 7)
	r := newFragmentRig(t, roomy())
	r.holds(fragments[0], fragments[1])
	if n := r.after(30*time.Second-1).Sweep(r.now, 10); n != 0 {
		t.Errorf("%d datagrams given up before their time", n)
	}
	if n := r.after(1).Sweep(r.now, 10); n != 1 || r.lost(netstack.FragTimeout) != 2 {
		t.Errorf("%d datagrams given up, %d fragments lost; want 1 and 2", n, r.lost(netstack.FragTimeout))
	}
	r.check()
	var losses [4]FragmentLoss
	n := r.Losses(losses[:])
	want := FragmentLoss{At: r.now, Flow: fragments[0].Parse(t, inside).Flow, Reason: netstack.FragTimeout, Fragments: 2, Bytes: 3000}
	if n != 1 || losses[0] != want {
		t.Errorf("told of %d: %+v, want %+v", n, losses[0], want)
	}
	r.holds(fragments[2]) // of a new datagram: the old one is forgotten
}

// Without a sweep, the time is over all the same.
func TestLateFragmentBeginsAnew(t *testing.T) {
	whole := nettest.UDP("10.1.0.5:4000", "1.1.1.1:53", nettest.Payload(60))
	fragments := nettest.Split(whole, 40, 7)
	r := newFragmentRig(t, roomy())
	r.holds(fragments[0])
	r.after(30 * time.Second)
	r.holds(fragments[1])
	if got := r.lost(netstack.FragTimeout); got != 1 {
		t.Errorf("%d fragments lost, want 1", got)
	}
	r.completes(fragments[0], withID(whole, 7))
}

// A ping of death whose end only the first fragment's headers push beyond the
// most that a packet can be.
func TestFirstFragmentMakesItTooBig(t *testing.T) {
	first := nettest.UDP("10.1.0.5:1", "1.1.1.1:2", nettest.IPOptions(make([]byte, 40)...), nettest.Payload(16), nettest.Fragment(0, 24, true, 7))
	last := nettest.Piece(nettest.UDP("10.1.0.5:1", "1.1.1.1:2"), 65496, make([]byte, 19), false, 7)
	r := newFragmentRig(t, roomy())
	r.holds(last)
	r.refuses(first, netstack.FragTooBig)
	r.refuses(nettest.Piece(first, 800, make([]byte, 8), true, 7), netstack.FragTooBig)

	r = newFragmentRig(t, roomy())
	r.holds(first)
	r.refuses(last, netstack.FragTooBig)
}

// TestEightThousandFragments: the most that a datagram can have.
func TestEightThousandFragments(t *testing.T) {
	for name, e := range families {
		most := map[string]int{"IPv4": 65535 - 20, "IPv6": 65535}[name]
		whole := nettest.UDP(e[0], e[1], nettest.Payload(most-8), nettest.IPID(9))
		sent := nettest.Split(whole, 8, 9)
		store := NewFragments(roomy(), Seed{1})
		var w Whole
		for i, n := range rand.New(rand.NewPCG(1, 1)).Perm(len(sent)) {
			var reason netstack.Reason
			if w, reason = store.Hold(sent[n].Parse(t, inside), 1); reason != netstack.ReasonNone || (w.Fragments > 0) != (i == len(sent)-1) {
				t.Fatalf("%s: fragment %d, %d there: %v", name, n, i, reason)
			}
		}
		f := netstack.NewDatagramFrame()
		w.Assemble(f)
		if string(f.Bytes()) != string(whole.Bytes) {
			t.Errorf("%s: the datagram of %d fragments is not the one that was sent", name, w.Fragments)
		}
		w.Discard()
		store.sides[inside].check(t)
	}
}

func TestListOfFragments(t *testing.T) {
	r := newFragmentRig(t, roomy())
	whole := nettest.UDP("10.1.0.5:4000", "1.1.1.1:53", nettest.Payload(3000))
	fragments := nettest.Split(whole, 1480, 7)
	r.holds(fragments[2])
	r.after(time.Second).holds(nettest.Split(whole, 1480, 8)[0])
	r.refuses(nettest.Piece(whole, 8, make([]byte, 8), true, 8), netstack.FragOverlap)
	var got []FragmentView
	r.after(time.Second).List(inside, r.now, 10, func(v FragmentView) { got = append(got, v) })
	later, first := fragments[2].Parse(t, inside), nettest.Split(whole, 1480, 8)[0].Parse(t, inside)
	want := []FragmentView{
		{Name: later.Datagram(), Flow: later.Flow, Last: true, Fragments: 1, Bytes: 20 + 3008 - 2*1480, Began: r.now - 2e9, Left: 28 * time.Second},
		{Name: first.Datagram(), Flow: first.Flow, First: true, Refused: netstack.FragOverlap, Began: r.now - 1e9, Left: 29 * time.Second},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%+v, want\n%+v", got, want)
	}
	n := 0
	r.List(inside, r.now, 1, func(FragmentView) { n++ })
	r.after(28*time.Second).List(inside, r.now, 10, func(FragmentView) { n++ })
	if n != 2 {
		t.Errorf("%d listed of at most one, and of one whose time is not over; want 2", n)
	}
}
