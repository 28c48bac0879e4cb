package forward

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/state"
)

// flooded is an engine that strangers flood with SYNs to the published server,
// at twenty thousand a second, while clients come.
type flooded struct {
	*rig
	random *rand.Rand
	later  map[string]state.Instant // who had no answer, and when he sends his SYN again
	let    [3]int                   // strangers let in; new clients that came in at once, and by their second SYN
}

const www = public + ":8080"

func newFlooded(t *testing.T) *flooded {
	f := &flooded{rig: newRig(t, outward()), random: rand.New(rand.NewPCG(6, 1)), later: map[string]state.Instant{}}
	f.engine.Table.SetGuard(50)
	return f
}

// millisecond is about one of the flood.
func (f *flooded) millisecond() {
	for range 20 {
		f.wait()
		n := f.random.Uint32()
		src := fmt.Sprintf("203.%d.%d.%d:%d", n>>24, n>>16&0xff, n>>8&0xff, 1024+f.random.IntN(60000))
		if f.send(out, nettest.TCP(src, www, nettest.Flags("S"), nettest.Seq(f.random.Uint32()))).Verdict == netstack.Pass {
			f.let[0]++
		}
	}
}

// wait lets as much time pass as there is between two SYNs.
func (f *flooded) wait() { f.rig.now += state.Instant(f.random.Int64N(int64(100 * time.Microsecond))) }

func (f *flooded) syn(in netstack.Side, src, dst string) result {
	return f.send(in, nettest.TCP(src, dst, nettest.Flags("S"), nettest.Seq(1000)))
}

// completes takes a client from its SYN, which has passed, through the handshake:
// the other end sees other endpoints than it.
func (f *flooded) completes(in netstack.Side, src, dst string, syn result) {
	f.Helper()
	p := syn.packet.Parse(f.T, in)
	answer := nettest.TCP(p.Flow.Dst.Netip().String()+fmt.Sprintf(":%d", p.Flow.DstPort), p.Flow.Src.Netip().String()+fmt.Sprintf(":%d", p.Flow.SrcPort),
		nettest.Flags("SA"), nettest.Seq(5000), nettest.Ack(1001))
	confirm := nettest.TCP(src, dst, nettest.Flags("A"), nettest.Seq(1001), nettest.Ack(5001))
	for _, o := range []result{f.send(in.Opposite(), answer), f.send(in, confirm)} {
		if o.Verdict != netstack.Pass {
			f.Fatalf("%s: the handshake is refused: %v", src, o.Reason)
		}
	}
}

// connects is a client that must be let in at its first SYN.
func (f *flooded) connects(in netstack.Side, src, dst string) {
	f.Helper()
	syn := f.syn(in, src, dst)
	if syn.Verdict != netstack.Pass {
		f.Fatalf("%s is refused at %v: %v %v", src, time.Duration(f.rig.now), syn.Reason, syn.Condition)
	}
	f.completes(in, src, dst, syn)
}

// arrives is a client that was never here. It answers a challenge as RFC 9293 has
// it, and sends its SYN again then, or after a second.
func (f *flooded) arrives(src string) {
	f.Helper()
	f.wait()
	o := f.syn(out, src, www)
	if o.Reason != netstack.HalfOpenLimit || o.Condition != state.Unproven {
		f.Fatalf("%s is a stranger, and %v", src, o.Reason)
	}
	if !o.Reply {
		f.later[src] = f.rig.now + state.Instant(time.Second)
		return
	}
	number := o.answer.Parse(f.T, in).TCP().AckNumber()
	nettest.Check(f.T, o.answer, nettest.From(www), nettest.To(src), nettest.Segment("A", ^number, number))
	if o := f.send(out, nettest.TCP(src, www, nettest.Flags("R"), nettest.Seq(number))); o.Reason != netstack.NoSession {
		f.Fatalf("the answer to the challenge: %v", o.Reason)
	}
	f.connects(out, src, www)
	f.let[1]++
}

func (f *flooded) again() {
	for src, at := range f.later {
		if at <= f.rig.now {
			f.connects(out, src, www)
			delete(f.later, src)
			f.let[2]++
		}
	}
}

// TestGuardKeepsGoodClients: in a flood, clients that were here before lose
// nothing, new ones a moment, and clients inside do not notice. A worker that is
// behind challenges few, and the others get in by their second SYN.
func TestGuardKeepsGoodClients(t *testing.T) {
	f := newFlooded(t)
	f.lane.behind = true
	f.connects(out, "198.51.100.7:1000", www)
	for i := range 1500 {
		if f.millisecond(); i%10 != 9 {
			continue
		}
		f.connects(out, fmt.Sprintf("198.51.100.7:%d", 2000+i), www)
		f.connects(in, fmt.Sprintf("10.1.0.10:%d", 2000+i), server)
		if i < 490 {
			f.arrives(fmt.Sprintf("198.51.101.%d:4000", i/10))
		}
		f.again()
	}
	if err := f.engine.Table.Audit(); err != nil {
		t.Fatal(err)
	}
	if f.let[0] != 50 || f.let[1] < 5 || f.let[2] < 5 || f.let[1]+f.let[2] != 49 {
		t.Errorf("%d strangers were let in, want 50; of 49 new clients %d at once and %d after a second", f.let[0], f.let[1], f.let[2])
	}
	if n := f.engine.Table.Len(); n > 50+1+150+150+49 {
		t.Errorf("%d sessions", n)
	}
}

func TestGuardChallengesAllWhileItKeepsUp(t *testing.T) {
	f := newFlooded(t)
	f.millisecond()
	f.millisecond()
	for i := range 50 {
		f.millisecond()
		f.arrives(fmt.Sprintf("198.51.101.%d:4000", i))
	}
	if f.let != [3]int{50, 50, 0} {
		t.Errorf("%d strangers were let in, want 50; of 50 new clients %d at once", f.let[0], f.let[1])
	}
	frames := make([]*netstack.Frame, batch)
	for i := range frames {
		frames[i] = nettest.TCP("198.51.100.9:4000", www, nettest.Flags("S")).Frame()
	}
	for _, n := range []int{1, batch, batch - 1} {
		if f.lane.lookAhead(out, frames[:n]); f.lane.behind != (n == batch) {
			t.Errorf("with %d packets, behind: %v", n, f.lane.behind)
		}
	}
}

// A SYN that a rule refuses is its refusal, guard or not.
func TestGuardComesAfterTheRules(t *testing.T) {
	f := newFlooded(t)
	for range 10 {
		f.millisecond()
	}
	if o := f.syn(out, "198.51.100.9:4000", public+":81"); o.Reason != netstack.Policy || o.Reply {
		t.Errorf("%+v", o.Outcome)
	}
	hits := f.engine.Load().Hit(3).Hits
	if o := f.syn(out, "198.51.100.9:4000", www); o.Condition != state.Unproven || o.Rule != 3 || f.engine.Load().Hit(3).Hits != hits+1 {
		t.Errorf("%+v; want it counted as decided by the rule www", o.Outcome)
	}
}

func TestGuardChallengesWithoutAllocating(t *testing.T) {
	f := newFlooded(t)
	for range 10 {
		f.millisecond()
	}
	frame := nettest.TCP("198.51.100.9:4000", www, nettest.Flags("S")).Frame()
	answered := 0
	n := testing.AllocsPerRun(100, func() {
		f.rig.now += state.Instant(time.Millisecond)
		if o := f.lane.Decide(out, frame, f.reply, f.rig.now); o.Reply && o.Condition == state.Unproven {
			answered++
		}
	})
	if n != 0 || answered != 101 {
		t.Errorf("%v allocations, %d answers", n, answered)
	}
}
