package state

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// guardRig is one whose policy lets all in, from both sides, under a guard that
// goes on at start half-open sessions. Its flood is of random strangers.
type guardRig struct {
	*rig
	random *rand.Rand
}

const published = "10.1.0.80:80"

func newGuardRig(t testing.TB, max, start int) *guardRig {
	r := &guardRig{newRig(t, Limits{MaxSessions: max}), rand.New(rand.NewPCG(1, 6))}
	r.policy = func(p *netstack.Packet) (Admission, bool) { return Admission{Out: p.Flow.In.Opposite()}, true }
	r.SetGuard(start)
	return r
}

func strangerSYN(random *rand.Rand) nettest.Packet {
	n := random.Uint32()
	src := fmt.Sprintf("203.%d.%d.%d:%d", n>>24, n>>16&0xff, n>>8&0xff, 1024+random.IntN(60000))
	return nettest.TCP(src, published, nettest.Flags("S"), nettest.Seq(random.Uint32()))
}

// flood sends n SYNs of strangers, every so often.
func (r *guardRig) flood(n int, every time.Duration) {
	r.Helper()
	was := r.many
	for i := range n {
		r.many = was || i > 40 // more of the same are not rehearsed: it takes too long
		r.after(every).send(outside, strangerSYN(r.random))
	}
	r.many = was
}

// syn sends a client's SYN and says whether it was let in.
func (r *guardRig) syn(in netstack.Side, src, dst string) bool {
	r.Helper()
	m, reason := r.send(in, nettest.TCP(src, dst, nettest.Flags("S"), nettest.Seq(1000)))
	if reason == netstack.HalfOpenLimit && m.Condition != Unproven {
		r.Fatalf("refused by the guard on the condition %q", m.Condition)
	}
	return reason == netstack.ReasonNone
}

// connects takes a client through the handshake, if its SYN gets in.
func (r *guardRig) connects(in netstack.Side, src, dst string) bool {
	r.Helper()
	if !r.syn(in, src, dst) {
		return false
	}
	r.passes(in.Opposite(), nettest.TCP(dst, src, nettest.Flags("SA"), nettest.Seq(5000), nettest.Ack(1001)))
	r.passes(in, nettest.TCP(src, dst, nettest.Flags("A"), nettest.Seq(1001), nettest.Ack(5001)))
	return true
}

func (r *guardRig) is(on bool) GuardStats {
	r.Helper()
	if err := r.Audit(); err != nil {
		r.Fatal(err)
	}
	g := r.Guard(outside)
	if g.On != on {
		r.Fatalf("guard %+v, want it on: %v", g, on)
	}
	return g
}

func TestGuardLetsInWhoHasProvedHisSource(t *testing.T) {
	r := newGuardRig(t, 1000, 20)
	if !r.connects(outside, "198.51.100.7:4000", published) {
		t.Fatal("refused before any flood")
	}
	r.flood(100, time.Millisecond)
	if g := r.is(true); g.HalfOpen != 20 || g.Refused != 80 || g.Start != 20 {
		t.Fatalf("%+v; want 20 half open and 80 refused", g)
	}
	for port := range 5 {
		if !r.connects(outside, fmt.Sprintf("198.51.100.7:%d", 5000+port), published) {
			t.Fatal("a client that was here before is refused")
		}
	}
	if r.connects(outside, "198.51.100.8:4000", published) {
		t.Fatal("a stranger's first SYN was let in")
	}
	r.after(time.Hour + time.Second)
	if r.flood(40, time.Millisecond); r.syn(outside, "198.51.100.7:6000", published) {
		t.Fatal("a client that was here an hour ago is let in")
	}
}

func TestGuardLetsInWhoRepeatsHisSYN(t *testing.T) {
	r := newGuardRig(t, 1000, 20)
	r.flood(100, time.Millisecond)
	first := r.now
	for _, c := range []struct {
		at   time.Duration // since the first
		want bool
	}{{0, false}, {time.Millisecond, false}, {300 * time.Millisecond, false}, {time.Second, true}} {
		r.now = first + Instant(c.at)
		if r.syn(outside, "198.51.100.7:4000", published) != c.want {
			t.Fatalf("after %v: let in is not %v", c.at, c.want)
		}
	}
	// The third of a client whose second was lost, and one that says it is another.
	r.syn(outside, "198.51.100.8:4000", published)
	r.after(time.Second).send(outside, nettest.TCP("198.51.100.8:4000", published, nettest.Flags("S"), nettest.Seq(1001)))
	if r.is(true); len(r.list()) != 21 {
		t.Fatalf("%d sessions; a SYN of another sequence number was let in", len(r.list()))
	}
	if r.after(2 * time.Second); !r.connects(outside, "198.51.100.8:4000", published) {
		t.Fatal("a SYN that comes for the second time after three seconds is refused")
	}
	if !r.connects(outside, "198.51.100.8:4001", published) {
		t.Fatal("who has completed a handshake under guard is not known")
	}
}

func TestGuardIsOfOneSide(t *testing.T) {
	r := newGuardRig(t, 1000, 20)
	r.flood(100, time.Millisecond)
	r.is(true)
	for i := range 50 {
		if !r.connects(inside, fmt.Sprintf("10.1.0.%d:4000", i+2), "198.51.100.7:443") {
			t.Fatal("a client inside is refused in a flood from outside")
		}
	}
	if g := r.Guard(inside); g.On || g.HalfOpen != 0 || g.Refused != 0 {
		t.Fatalf("inside: %+v", g)
	}
}

func TestGuardGoesOffAfterTheFlood(t *testing.T) {
	r := newGuardRig(t, 1000, 20)
	r.many = true
	began := r.now
	r.flood(2000, time.Millisecond)
	if g := r.is(true); g.Since-began > Instant(30*time.Millisecond) {
		t.Fatalf("%+v: it is to be on from the twentieth SYN", g)
	}
	r.after(25*time.Second).Sweep(r.now, 1000)
	r.is(true)
	r.after(8*time.Second).Sweep(r.now, 1000) // all have expired
	r.after(2*time.Second).Sweep(r.now, 1000)
	if g := r.is(false); g.HalfOpen != 0 || g.Since != r.now && g.Since != r.now-Instant(2*time.Second) {
		t.Fatalf("%+v at %v", g, r.now)
	}
	if !r.connects(outside, "198.51.100.7:4000", published) {
		t.Fatal("a stranger is refused after the flood")
	}
}

func TestGuardGoesOffAtHalfItsStart(t *testing.T) {
	r := newGuardRig(t, 1000, 60)
	r.flood(200, time.Millisecond)
	all := r.list()
	for _, v := range all[:30] {
		r.Kill(v.ID) // as if the server had reset them
	}
	r.after(2*time.Second).Sweep(r.now, 1)
	r.after(10*time.Second).Sweep(r.now, 1)
	r.after(2*time.Second).Sweep(r.now, 1)
	r.is(true) // half as many are still half open
	for _, v := range all[30:] {
		r.Kill(v.ID)
	}
	r.after(2*time.Second).Sweep(r.now, 1)
	r.is(false)
}

func TestGuardStaysForTenSeconds(t *testing.T) {
	r := newGuardRig(t, 1000, 60)
	r.flood(200, time.Millisecond)
	for _, v := range r.list() {
		r.Kill(v.ID)
	}
	r.after(2*time.Second).Sweep(r.now, 1)
	if r.after(7 * time.Second); r.syn(outside, "198.51.100.7:4000", published) {
		t.Fatal("it went off before ten seconds")
	}
	if r.after(2 * time.Second); !r.syn(outside, "198.51.100.8:4000", published) {
		t.Fatal("it is on although it has nothing to guard against")
	}
	r.is(false)
}

// In a flood of minutes the sessions of its beginning expire. If the guard went
// off for that, it would let as many in again each time.
func TestGuardStaysOnWhileItRefuses(t *testing.T) {
	r := newGuardRig(t, 1000, 60)
	r.many = true
	r.flood(100, time.Millisecond)
	since := r.is(true).Since
	for range 120 {
		r.flood(100, 10*time.Millisecond)
		r.Sweep(r.now, 1000)
		if g := r.Guard(outside); !g.On || g.Since != since {
			t.Fatalf("%v after it went on: %+v", time.Duration(r.now-since), g)
		}
	}
	if g := r.is(true); g.HalfOpen != 0 {
		t.Fatalf("%+v: what the flood has begun is to have expired", g)
	}
	// Clients that come for the first time, and again, are no flood.
	for i := range 40 {
		for _, wait := range []time.Duration{0, time.Second} {
			r.after(wait).Sweep(r.now, 1000)
			src := fmt.Sprintf("198.51.%d.7:4000", i)
			if in := r.connects(outside, src, published); in {
				break
			}
		}
	}
	r.is(false)
}

// Who sends each of his spoofed SYNs twice is let in, but not without bound.
func TestGuardBoundsWhoRepeats(t *testing.T) {
	r := newGuardRig(t, 1000, 20)
	r.many = true
	if !r.connects(outside, "198.51.100.7:4000", published) {
		t.Fatal("refused before any flood")
	}
	for range 2 {
		same := rand.New(rand.NewPCG(7, 7))
		for range 500 {
			r.send(outside, strangerSYN(same))
		}
		r.after(time.Second)
	}
	if g := r.is(true); g.HalfOpen != 40 {
		t.Fatalf("%+v; want twice the start half open", g)
	}
	if !r.connects(outside, "198.51.100.7:4001", published) {
		t.Fatal("a client that was here before is refused")
	}
}

func TestGuardOff(t *testing.T) {
	r := newGuardRig(t, 1000, 20)
	r.flood(100, time.Millisecond)
	r.SetGuard(0)
	if !r.syn(outside, "198.51.100.7:4000", published) {
		t.Fatal("refused although the guard was taken away")
	}
	r.after(time.Second).Sweep(r.now, 10)
	r.is(false)
	r.flood(100, time.Millisecond)
	if g := r.is(false); g.HalfOpen != 121 {
		t.Fatalf("%+v; want all half open", g)
	}
}

// FireWall-1 had no guard, and SCTP has cookies of its own.
func TestGuardIsOfTCPUnderRulesThatTrackIt(t *testing.T) {
	r := newGuardRig(t, 1000, 20)
	id, err := r.Intern(Terms{FW1, FW1.Timeouts()})
	if err != nil {
		t.Fatal(err)
	}
	r.policy = func(p *netstack.Packet) (Admission, bool) {
		return Admission{Out: p.Flow.In.Opposite(), Terms: id}, true
	}
	r.flood(100, time.Millisecond)
	if g := r.is(false); g.HalfOpen != 0 || len(r.list()) != 100 {
		t.Fatalf("%+v, %d sessions; want none counted and all let in", g, len(r.list()))
	}
}

func TestGuardStart(t *testing.T) {
	for sessions, want := range map[int]int{16: 1024, 4096: 1024, 32768: 1024, 262144: 8192, 4000000: 125000} {
		if got := GuardStart(sessions); got != want {
			t.Errorf("%d sessions: %d, want %d", sessions, got, want)
		}
	}
}

func TestGuardNoAllocs(t *testing.T) {
	r := newGuardRig(t, 1000, 20)
	r.many = true
	if !r.connects(outside, "198.51.100.7:4000", published) {
		t.Fatal("refused before any flood")
	}
	r.flood(100, time.Millisecond)
	syn := strangerSYN(r.random).Parse(t, outside)
	rst := nettest.TCP("203.0.113.1:5", published, nettest.Flags("R"), nettest.Seq(5)).Parse(t, outside)
	a, _ := r.policy(syn)
	for name, c := range map[string]func(){
		"refused":         func() { r.Open(syn, a, r.now) },
		"challenge":       func() { r.Challenge(syn, r.now) },
		"no answer to it": func() { r.Track(rst, r.now) },
		"sweep":           func() { r.after(2*time.Second).Sweep(r.now, 10) },
	} {
		if n := testing.AllocsPerRun(100, c); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
