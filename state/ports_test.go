package state

import (
	"math/rand/v2"
	"testing"

	"sallyport/netstack"
)

// portTwin is a port space as a set, with the rules as RFC 4787 words them.
type portTwin map[uint16]bool

// allowed reports whether choose may give port to who wants want: it is in the
// ranges, and of the same class if the ranges have that class. A well-known
// port's owner may get another's when those are used up.
func (w portTwin) allowed(ranges []netstack.PortRange, want, port uint16, fits func(uint16) bool) bool {
	if !contain(ranges, port) || w[port] || !fits(port) {
		return false
	}
	if ranges[0].First == 0 { // identifiers, which know no classes
		return true
	}
	if (want < 1024) == (port < 1024) {
		return true
	}
	for p := range 1 << 16 {
		q := uint16(p)
		sameClass := (want < 1024) == (q < 1024)
		if sameClass && contain(ranges, q) && (want >= 1024 || !w[q] && fits(q)) {
			return false
		}
	}
	return true
}

// any reports whether there is a port that choose may give.
func (w portTwin) any(ranges []netstack.PortRange, want uint16, fits func(uint16) bool) bool {
	for p := range 1 << 16 {
		if contain(ranges, uint16(p)) && w.allowed(ranges, want, uint16(p), fits) {
			return true
		}
	}
	return false
}

// portRig is one external address to lend ports of.
type portRig struct {
	x      spaces
	space  ref
	random *rand.Rand
}

func newPortRig(random *rand.Rand) *portRig {
	hash := newHasher(Seed{})
	r := &portRig{x: newSpaces(16, 1, &hash), random: random}
	r.space = r.x.pin(address("192.0.2.1"), netstack.UDP)
	return r
}

func (r *portRig) take(port uint16) { r.x.take(r.space, port) }

func (r *portRig) choose(ranges []netstack.PortRange, want uint16, fits func(uint16) bool) (uint16, bool) {
	s := search{spaces: &r.x, space: r.space, random: r.random, ranges: ranges, want: want, fits: fits}
	return s.port()
}

func TestPortsAgainstSet(t *testing.T) {
	pools := [][]netstack.PortRange{
		{{First: 1000, Last: 1040}},
		{{First: 1, Last: 3}, {First: 1020, Last: 1030}, {First: 65530, Last: 65535}},
		{{First: 20, Last: 40}},
		{{First: 2000, Last: 2000}, {First: 2128, Last: 2191}},
	}
	for seed := range uint64(8) {
		random := rand.New(rand.NewPCG(seed, 0))
		space, twin := newPortRig(random), portTwin{}
		var lent []uint16
		for range 1500 {
			if len(lent) > 0 && random.IntN(5) < 2 {
				i := random.IntN(len(lent))
				space.x.release(space.space, lent[i])
				delete(twin, lent[i])
				lent[i], lent = lent[len(lent)-1], lent[:len(lent)-1]
				continue
			}
			ranges, unfit := pools[random.IntN(len(pools))], uint16(random.IntN(7))
			want := nth(ranges, netstack.PortRange{Last: 65535}, random.IntN(count(ranges, netstack.PortRange{Last: 65535})))
			if random.IntN(3) == 0 {
				want = uint16(random.Uint32())
			}
			fits := func(p uint16) bool { return p%7 != unfit }
			port, ok := space.choose(ranges, want, fits)
			switch wanted := contain(ranges, want) && !twin[want] && fits(want); {
			case wanted && port != want:
				t.Fatalf("seed %d: %d for %d, which is free", seed, port, want)
			case ok && !twin.allowed(ranges, want, port, fits):
				t.Fatalf("seed %d: %d for %d of %v", seed, port, want, ranges)
			case !ok && twin.any(ranges, want, fits):
				t.Fatalf("seed %d: nothing for %d of %v with %d lent", seed, want, ranges, len(lent))
			}
			if ok {
				space.take(port)
				twin[port], lent = true, append(lent, port)
			}
		}
	}
}

func always(uint16) bool { return true }

// RFC 4787 REQ-4: an even port for an even one, while there is one.
func Test4787REQ4PortsKeepParity(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	ranges := []netstack.PortRange{{First: 1024, Last: 1223}}
	space := newPortRig(random)
	for i := range 200 {
		port, ok := space.choose(ranges, 50001, always)
		if odd := port%2 == 1; !ok || odd != (i < 100) {
			t.Fatalf("port %d after %d were lent", port, i)
		}
		space.take(port)
	}
	if port, ok := space.choose(ranges, 50001, always); ok {
		t.Errorf("%d of none", port)
	}
}

// RFC 7857 9, RFC 6056: the next port must not be foreseeable.
func Test7857S9PortsAreRandom(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	ranges := []netstack.PortRange{{First: 1024, Last: 65535}}
	space, seen := newPortRig(random), map[uint16]bool{}
	space.take(40000)
	for range 100 {
		port, _ := space.choose(ranges, 40000, always)
		seen[port] = true
	}
	if len(seen) < 95 {
		t.Errorf("%d different ports in 100", len(seen))
	}
}
