package state

import (
	"math/rand/v2"
	"testing"

	"sallyport/netstack"
)

// indexTwin is the index as a map from hash to numbers.
type indexTwin map[uint32]map[uint32]bool

// lookup returns every number that a walk through x meets under hash.
func lookup(x *index, hash uint32) map[uint32]bool {
	found := map[uint32]bool{}
	for i := x.home(hash); x.at(i).ref != 0; i = x.after(i) {
		if x.at(i).hash == hash {
			found[x.at(i).ref] = true
		}
	}
	return found
}

// Few distinct hashes, with homes near each other and around the wrap, so that
// runs are long and cross the end of the table.
func TestIndexAgainstMap(t *testing.T) {
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 0))
		x, twin, hashOf := newIndex(40), indexTwin{}, map[uint32]uint32{}
		apart := uint32(1<<32/len(x.all) + 1) // one place
		hash := func() uint32 { return (random.Uint32N(12)-6)*apart + random.Uint32N(2) }
		for range 3000 {
			ref := 1 + random.Uint32N(40)
			if h, in := hashOf[ref]; in {
				x.remove(h, ref)
				delete(twin[h], ref)
				delete(hashOf, ref)
			} else {
				h := hash()
				x.insert(h, ref)
				if twin[h] == nil {
					twin[h] = map[uint32]bool{}
				}
				twin[h][ref], hashOf[ref] = true, h
			}
			h := hash()
			if got := lookup(&x, h); len(got) != len(twin[h]) {
				t.Fatalf("seed %d: hash %#x finds %v; want %v", seed, h, got, twin[h])
			}
		}
		for ref, h := range hashOf {
			if !lookup(&x, h)[ref] {
				t.Fatalf("seed %d: %d is lost", seed, ref)
			}
			x.remove(h, ref)
		}
		for i := range uint32(len(x.all)) {
			if s := x.at(i); s != (slot{}) {
				t.Fatalf("seed %d: slot %d holds %+v in an empty index", seed, i, s)
			}
		}
	}
}

func TestIndexHasRoom(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 5, 6, 7, 100, 767, 768, 769, 2 << 20} {
		if size := len(newIndex(n).all); size*3 < n*4 && n > 2 || size <= n {
			t.Errorf("%d slots for %d entries", size, n)
		}
	}
}

// The flows of one busy server differ in a few bits only; they must still
// spread as evenly as chance would.
func TestHashSpreads(t *testing.T) {
	h := newHasher(Seed{})
	var buckets [1024]int
	k := netstack.FlowKey{Src: address("10.0.0.1"), Dst: address("192.0.2.1"), DstPort: 443, Proto: netstack.TCP}
	for i := range 64 * len(buckets) {
		k.Src.Lo = k.Src.Lo&^0xff | uint64(i>>12)
		k.SrcPort = uint16(i & 0xfff)
		buckets[h.flow(&k)%1024]++
	}
	var chi float64
	for _, n := range buckets {
		chi += float64((n-64)*(n-64)) / 64
	}
	if chi > 1023+6*45 { // six standard deviations
		t.Errorf("chi square %.0f with 1023 degrees of freedom", chi)
	}
}

func TestHashDependsOnEveryFieldAndTheSeed(t *testing.T) {
	base := netstack.FlowKey{Src: address("10.0.0.1"), Dst: address("10.0.0.2"), SrcPort: 1, DstPort: 2, Proto: netstack.TCP}
	changed := map[string]func(k *netstack.FlowKey){
		"source":           func(k *netstack.FlowKey) { k.Src.Lo++ },
		"source, upper":    func(k *netstack.FlowKey) { k.Src.Hi++ },
		"destination":      func(k *netstack.FlowKey) { k.Dst.Lo++ },
		"source port":      func(k *netstack.FlowKey) { k.SrcPort++ },
		"destination port": func(k *netstack.FlowKey) { k.DstPort++ },
		"protocol":         func(k *netstack.FlowKey) { k.Proto++ },
		"side":             func(k *netstack.FlowKey) { k.In++ },
		"direction":        func(k *netstack.FlowKey) { *k = k.Reverse(k.In) },
	}
	h, other := newHasher(Seed{1}), newHasher(Seed{2})
	for name, change := range changed {
		k := base
		change(&k)
		if h.flow(&k) == h.flow(&base) {
			t.Errorf("%s does not matter", name)
		}
	}
	if h.flow(&base) == other.flow(&base) {
		t.Error("the seed does not matter")
	}
}
