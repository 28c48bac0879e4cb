package state

import (
	"fmt"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// half is the first of two fragments of a datagram, of some bytes.
func half(src string, id uint32, size int) nettest.Packet {
	return nettest.UDP(src, "1.1.1.1:53", nettest.Payload(8000), nettest.Fragment(0, size, true, id))
}

// rest is the second.
func rest(src string, id uint32, size int) nettest.Packet {
	return nettest.UDP(src, "1.1.1.1:53", nettest.Payload(8000), nettest.Fragment(size, 8008-size, false, id))
}

// completed reports whether the other half of a datagram completes it.
func (r *fragmentRig) completed(src string, id uint32, size int) bool {
	return r.arrive(inside, rest(src, id, size)).fragments != nil
}

func TestNothingIsHeldWhereNothingMayBe(t *testing.T) {
	r := newFragmentRig(t, FragmentLimits{PerSource: 1, Timeout: time.Second})
	r.refuses(half("10.1.0.5:1", 1, 800), netstack.FragLimit)
	r = newFragmentRig(t, FragmentLimits{MaxDatagrams: 8, PerSource: 1, Timeout: time.Second})
	r.refuses(half("10.1.0.5:1", 1, 800), netstack.FragLimit)
}

// Limits that no store can have are moved into those that it can.
func TestFragmentLimitsAreMovedIntoTheirRange(t *testing.T) {
	r := newFragmentRig(t, FragmentLimits{MaxBytes: -1, MaxDatagrams: -1, PerSource: -1, Timeout: time.Second})
	r.refuses(half("10.1.0.5:1", 1, 800), netstack.FragLimit)
	r = newFragmentRig(t, FragmentLimits{MaxBytes: 1 << 20, MaxDatagrams: 8, PerSource: 0, Timeout: time.Second})
	r.holds(half("10.1.0.5:1", 1, 800))
	most := NewFragments(FragmentLimits{MaxBytes: MaxFragmentBytes + 1, MaxDatagrams: 1, PerSource: 1}, Seed{})
	if got := most.sides[inside].limits.MaxBytes; got != MaxFragmentBytes {
		t.Errorf("%d bytes, want %d", got, MaxFragmentBytes)
	}
	most = NewFragments(FragmentLimits{MaxBytes: 1, MaxDatagrams: MaxFragmentDatagrams + 1, PerSource: 1}, Seed{})
	if got := most.sides[inside].limits.MaxDatagrams; got != MaxFragmentDatagrams {
		t.Errorf("%d datagrams, want %d", got, MaxFragmentDatagrams)
	}
}

// A sweep keeps to its budget, of each side.
func TestSweepOfFragmentsIsBounded(t *testing.T) {
	r := newFragmentRig(t, roomy())
	for id := range uint32(5) {
		r.holds(half("10.1.0.5:1", id, 800))
		r.arrive(outside, half("10.1.0.5:1", id, 800))
	}
	r.after(time.Minute)
	for _, want := range []int{4, 4, 2, 0} {
		if got := r.Sweep(r.now, 2); got != want {
			t.Errorf("%d given up, want %d", got, want)
		}
		r.check()
	}
}

// Over its limit a source loses its own oldest datagram, and nobody else's.
func TestS21SourceLosesItsOldest(t *testing.T) {
	r := newFragmentRig(t, FragmentLimits{MaxBytes: 1 << 20, MaxDatagrams: 100, PerSource: 3, Timeout: time.Minute})
	r.holds(half("10.1.0.9:1", 1, 800))
	for id := range uint32(4) {
		r.holds(half("10.1.0.5:1", id, 800))
	}
	if n := r.lost(netstack.FragLimit); n != 1 {
		t.Errorf("%d fragments lost, want 1", n)
	}
	if !r.completed("10.1.0.9:1", 1, 800) {
		t.Error("another source has lost its datagram")
	}
	if !r.completed("10.1.0.5:1", 1, 800) || r.completed("10.1.0.5:1", 0, 800) {
		t.Error("it was not the oldest that was lost")
	}
	var losses [4]FragmentLoss
	if n := r.Losses(losses[:]); n != 1 || losses[0].Flow.Src != address("10.1.0.5") || losses[0].Reason != netstack.FragLimit {
		t.Errorf("told of %d losses, the first %+v", n, losses[0])
	}
}

// A host outside has a prefix of addresses to choose its sources from; of hosts
// inside none pays for its neighbours.
func TestSourceIsAPrefixOutside(t *testing.T) {
	for _, c := range []struct {
		in   netstack.Side
		lost int
	}{{outside, 4}, {inside, 0}} {
		r := newFragmentRig(t, FragmentLimits{MaxBytes: 1 << 20, MaxDatagrams: 100, PerSource: 1, Timeout: time.Minute})
		for host := range 5 {
			src := fmt.Sprintf("[fd00:5::%x]:1", host+1)
			r.arrive(c.in, nettest.UDP(src, "[fd00:6::1]:53", nettest.Payload(800), nettest.Fragment(0, 80, true, 7)))
		}
		if n := r.lost(netstack.FragLimit); n != c.lost {
			t.Errorf("from %v %d datagrams lost, want %d", c.in, n, c.lost)
		}
	}
}

// When the memory is full, who holds most loses, from the oldest on.
func TestGreatestSourceLoses(t *testing.T) {
	r := newFragmentRig(t, FragmentLimits{MaxBytes: 64 << 10, MaxDatagrams: 1000, PerSource: 1000, Timeout: time.Minute})
	r.holds(half("10.1.0.5:1", 1, 800))
	for id := range uint32(200) {
		r.holds(half("10.1.0.66:1", id, 800))
	}
	if r.lost(netstack.FragLimit) == 0 {
		t.Fatal("the memory was never full")
	}
	if !r.completed("10.1.0.66:1", 199, 800) || r.completed("10.1.0.66:1", 0, 800) {
		t.Error("it was not the oldest of the greatest that was lost")
	}
	if !r.completed("10.1.0.5:1", 1, 800) {
		t.Error("the flood of one source took another's datagram")
	}
}

// A flood from ever new sources takes from itself: of those that hold as much,
// the newest loses.
func TestFloodOfSourcesTakesFromItself(t *testing.T) {
	for name, l := range map[string]FragmentLimits{
		"datagrams": {MaxBytes: 1 << 20, MaxDatagrams: 64, PerSource: 8, Timeout: time.Minute},
		"bytes":     {MaxBytes: 64 << 10, MaxDatagrams: 1000, PerSource: 8, Timeout: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			r := newFragmentRig(t, l)
			r.holds(half("10.1.0.5:1", 1, 800))
			for n := range 500 {
				r.arrive(inside, half(fmt.Sprintf("10.1.%d.%d:1", 1+n/250, 1+n%250), 1, 800))
			}
			if r.lost(netstack.FragLimit) < 400 {
				t.Fatal("there was room for the flood")
			}
			if !r.completed("10.1.0.5:1", 1, 800) {
				t.Error("the flood took an older source's datagram")
			}
		})
	}
}

// The outside's flood takes nothing from the inside.
func TestSidesHaveTheirOwnRoom(t *testing.T) {
	r := newFragmentRig(t, FragmentLimits{MaxBytes: 8 << 10, MaxDatagrams: 4, PerSource: 8, Timeout: time.Minute})
	r.holds(half("10.1.0.5:1", 1, 4000))
	for id := range uint32(20) {
		r.arrive(outside, nettest.UDP("1.1.1.1:1", "192.0.2.1:1", nettest.Payload(8000), nettest.Fragment(0, 4000, true, id)))
	}
	if r.Stats(outside).Lost[netstack.FragLimit] == 0 || !r.completed("10.1.0.5:1", 1, 4000) {
		t.Error("the inside has lost its datagram, or the outside none")
	}
}

// A datagram that alone needs more than there is loses itself, and the store is
// good for others.
func TestDatagramLargerThanAll(t *testing.T) {
	r := newFragmentRig(t, FragmentLimits{MaxBytes: 4 << 10, MaxDatagrams: 8, PerSource: 8, Timeout: time.Minute})
	whole := nettest.UDP("10.1.0.5:1", "1.1.1.1:1", nettest.Payload(8000))
	var refused int
	for _, f := range nettest.Split(whole, 1480, 3) {
		if r.arrive(inside, f).reason == netstack.FragLimit {
			refused++
		}
	}
	if refused == 0 || r.lost(netstack.FragLimit) == 0 {
		t.Errorf("%d refused, %d lost", refused, r.lost(netstack.FragLimit))
	}
	r.holds(half("10.1.0.7:1", 1, 800))
}

// TestS21FloodAllocatesNothing: jolt2 and its like cost their packets' time.
func TestS21FloodAllocatesNothing(t *testing.T) {
	l := FragmentLimits{MaxBytes: 256 << 10, MaxDatagrams: 256, PerSource: 64, Timeout: time.Minute}
	store, frame, now := NewFragments(l, Seed{1}), netstack.NewFrame(), Instant(0)
	var p netstack.Packet
	n := uint32(0)
	flood := func() {
		n++
		now++
		floodPacket.Fill(frame)
		b := frame.Bytes()
		b[12], b[13], b[14] = 10, 1, byte(n>>3) // ever new sources and identifications
		b[4], b[5] = byte(n>>8), byte(n)
		nettest.RepairHeaders(b)
		if r := p.Parse(inside, frame); r != netstack.ReasonNone {
			t.Fatal(r)
		}
		store.Hold(&p, now)
	}
	for range 4096 {
		flood()
	}
	if n := testing.AllocsPerRun(1000, flood); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
	store.sides[inside].check(t)
}

var floodPacket = nettest.UDP("10.1.0.5:1", "1.1.1.1:1", nettest.Payload(2000), nettest.Fragment(800, 800, true, 1))

// A datagram allocates nothing either, from its first fragment to its last.
func TestDatagramAllocatesNothing(t *testing.T) {
	store := NewFragments(roomy(), Seed{1})
	whole, frame := netstack.NewDatagramFrame(), netstack.NewFrame()
	var pieces []*netstack.Packet
	for _, f := range nettest.Split(nettest.UDP("10.1.0.5:1", "1.1.1.1:1", nettest.Payload(8000)), 1480, 3) {
		pieces = append(pieces, f.Parse(t, inside))
	}
	if n := testing.AllocsPerRun(100, func() {
		var w Whole
		for _, p := range pieces {
			w, _ = store.Hold(p, 1)
		}
		w.Assemble(whole)
		for _, ok := w.Next(frame); ok; _, ok = w.Next(frame) {
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
