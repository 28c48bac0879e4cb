package state

import (
	"math/rand/v2"
	"testing"
	"time"
)

// remembered is a set that keeps everything for good, with the time of each.
type remembered map[uint64]Instant

// The sets forget what gave way, and otherwise say what the map says; they take
// nobody for another among a million.
func TestGuardSetsAgainstMaps(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	known, sources := newKnown(), remembered{}
	repeats, syns := newRepeats(), remembered{}
	now := Instant(time.Hour)
	var forgotten [2]int
	for i := range 1_000_000 {
		now += Instant(random.Int64N(int64(200 * time.Microsecond)))
		hash := rand.NewPCG(random.Uint64()%200_000, 1).Uint64() // of so many, some often
		at, was := sources[hash]
		young := was && now-at < Instant(knownFor-1)*1e9
		switch has := known.has(hash, now); {
		case has && !was:
			t.Fatalf("packet %d: a source is known that never was", i)
		case !has && young:
			forgotten[0]++
		}
		if random.IntN(4) == 0 {
			known.note(hash, now)
			sources[hash] = now
		}
		hash = rand.NewPCG(random.Uint64()%400_000, 2).Uint64()
		at, was = syns[hash]
		ticks := now>>repeatTick - at>>repeatTick
		switch has := repeats.has(hash, now); {
		case has && !was:
			t.Fatalf("packet %d: a SYN was seen that never was", i)
		case has != (was && ticks >= repeatLeast && ticks <= repeatMost) && ticks < 256:
			forgotten[1]++
		}
		repeats.note(hash, now)
		if !was || ticks >= repeatLeast {
			syns[hash] = now
		}
	}
	if forgotten[0] > 100_000 || forgotten[1] > 100 {
		t.Errorf("forgotten: %d sources, %d SYNs", forgotten[0], forgotten[1])
	}
	t.Logf("forgotten: %d sources, %d SYNs", forgotten[0], forgotten[1])
}

// A set of sources that is not full forgets none, but for crowded rows.
func TestGuardRemembersSources(t *testing.T) {
	random, known := rand.New(rand.NewPCG(5, 5)), newKnown()
	all := make([]uint64, 50_000)
	for i := range all {
		all[i] = random.Uint64()
		known.note(all[i], Instant(i)*1e6)
	}
	forgotten := 0
	for _, hash := range all {
		if !known.has(hash, Instant(time.Minute)) {
			forgotten++
		}
	}
	if forgotten > len(all)/100 {
		t.Errorf("%d of %d sources are forgotten", forgotten, len(all))
	}
}

// At so many SYNs a second, none alike, how many of those that come again after
// a second are known, and how many strangers are taken for one of them.
func TestGuardFloodOfTheSetOfSYNs(t *testing.T) {
	const good = 1000 // SYNs that come again
	for _, c := range []struct {
		rate          int
		lost, strange int // at most
	}{{200_000, 0, 8}, {400_000, 10, 16}} {
		random, repeats := rand.New(rand.NewPCG(8, 8)), newRepeats()
		every := Instant(time.Second) / Instant(c.rate)
		now, strange := Instant(time.Hour), 0
		flood := func(n int) {
			for range n {
				now += every
				hash := random.Uint64()
				if repeats.has(hash, now) {
					strange++
				}
				repeats.note(hash, now)
			}
		}
		flood(2 * c.rate)
		first := make([]uint64, good)
		for i := range first {
			first[i] = random.Uint64()
			repeats.note(first[i], now)
			flood(c.rate / good)
		}
		lost := 0
		for i := range first {
			if !repeats.has(first[i], now) {
				lost++
			}
			flood(c.rate / good)
		}
		if lost > c.lost || strange > c.strange {
			t.Errorf("%d a second: %d of %d forgotten, %d strangers let in; want at most %d and %d", c.rate, lost, good, strange, c.lost, c.strange)
		}
		t.Logf("%d a second: %d of %d forgotten, %d strangers let in in %d SYNs", c.rate, lost, good, strange, 4*c.rate)
	}
}
