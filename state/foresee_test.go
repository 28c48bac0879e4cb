package state

import (
	"math/rand/v2"
	"testing"
	"time"

	"sallyport/netstack"
)

// Whatever becomes of the table after a packet was foreseen, it is found where
// a packet that was not is found.
func TestPlacesGoStaleWithoutHarm(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		r := newRig(t, Limits{MaxSessions: 6})
		var packets []*netstack.Packet
		for i := range 10 {
			packets = append(packets, ask(i).Parse(t, inside))
		}
		for range 200 {
			var places [8]Place
			var of [8]*netstack.Packet
			for i := range places {
				of[i] = packets[random.IntN(len(packets))]
				places[i] = r.Foresee(of[i])
			}
			if random.IntN(4) > 0 {
				r.Approach(places[:])
			}
			for range random.IntN(6) {
				r.stir(random, packets)
			}
			for i, p := range of {
				got, d := r.foreseen(places[i], p)
				if want, wantD := r.find(&p.Flow, r.now); got != want || d != wantD {
					t.Fatalf("seed %d: %v is at %d %v, and found at %d %v", seed, p.Flow, want, wantD, got, d)
				}
			}
		}
	}
}

// foreseen returns the session that a packet with this place meets.
func (r *rig) foreseen(at Place, p *netstack.Packet) (ref, Direction) {
	c, entry, sure := r.meet(at, &p.Flow)
	if c == nil {
		if !sure {
			r.Errorf("%v: not sure that there is none", p.Flow)
		}
		return 0, Original
	}
	defer c.mu.Unlock()
	if c.expires <= r.now {
		return 0, Original
	}
	return parts(entry)
}

// stir lets time pass, ends a session or has a packet come.
func (r *rig) stir(random *rand.Rand, packets []*netstack.Packet) {
	switch random.IntN(8) {
	case 0:
		r.now += Instant(10 * time.Second)
	case 1:
		r.Sweep(r.now, 3)
	case 2:
		var id uint64
		r.Sessions(r.now, 0, 6, func(v View) { id = v.ID })
		r.Kill(id)
	default:
		r.handle(packets[random.IntN(len(packets))])
	}
}

// Approach finds what is there: otherwise it would be of no use.
func TestApproachFindsSessions(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 6})
	p, other := ask(1).Parse(t, inside), ask(2).Parse(t, inside)
	m, _ := r.handle(p)
	places := []Place{r.Foresee(p), r.Foresee(other), r.Foresee(p), r.Foresee(p)}
	r.Approach(places)
	want := entry(r.byID(m.Session), Original)
	if places[0].entry != want || places[1].entry != 0 || places[2].entry != want || places[3].entry != want {
		t.Errorf("%+v, want entry %d but for the second", places, want)
	}
}

func TestPrefetchOfAnything(t *testing.T) {
	prefetch(nil, 4) // a hint: it faults on no address
}
