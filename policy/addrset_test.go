package policy

import (
	"math/rand/v2"
	"testing"

	"sallyport/netstack"
)

// TestAddrSet compares unions and differences with a list of booleans over a
// small world that straddles the border between the words of an address.
func TestAddrSet(t *testing.T) {
	const world = 32
	at := func(i int) netstack.Addr {
		if i < world/2 {
			return netstack.Addr{Hi: 6, Lo: ^uint64(0) - uint64(world/2-1-i)}
		}
		return netstack.Addr{Hi: 7, Lo: uint64(i - world/2)}
	}
	d := dice{rand.New(rand.NewPCG(7, 7))}
	throw := func() (ranges []addrRange, member [world]bool) {
		for range d.IntN(5) {
			first := d.IntN(world)
			last := first + d.IntN(min(6, world-first))
			ranges = append(ranges, addrRange{at(first), at(last)})
			for i := first; i <= last; i++ {
				member[i] = true
			}
		}
		return ranges, member
	}
	for range 5000 {
		a, inA := throw()
		b, inB := throw()
		sum, rest := union(a), union(a).minus(union(b))
		for i := range world {
			if got, want := sum.contains(at(i)), inA[i]; got != want {
				t.Fatalf("union of %v: %v is in: %v", a, at(i), got)
			}
			if got, want := rest.contains(at(i)), inA[i] && !inB[i]; got != want {
				t.Fatalf("%v without %v: %v is in: %v", a, b, at(i), got)
			}
		}
		canonical(t, sum)
		canonical(t, rest)
	}
}

func canonical(t *testing.T, s addrSet) {
	t.Helper()
	for i, r := range s {
		if less(r.last, r.first) || i > 0 && reaches(s[i-1].last, r.first) {
			t.Fatalf("%v is not ascending and apart", s)
		}
	}
}

func TestAddrSetAtTheEnds(t *testing.T) {
	all := addrSet{everything}
	ends := addrSet{{everything.first, everything.first}, {everything.last, everything.last}}
	inner := all.minus(ends)
	for _, a := range []netstack.Addr{everything.first, everything.last} {
		if !all.contains(a) || inner.contains(a) || (addrSet)(nil).contains(a) {
			t.Errorf("%v: in all %v, in all but the ends %v", a, all.contains(a), inner.contains(a))
		}
	}
	if rest := all.minus(all); len(rest) != 0 {
		t.Errorf("everything without everything is %v", rest)
	}
}
