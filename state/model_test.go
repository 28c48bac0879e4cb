package state

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"sallyport/netstack"
)

// conversations runs random traffic through a table and its twin, and compares
// what they say and hold after each packet.
func conversations(t *testing.T, s source, steps int, nat bool) {
	const max = 24 // at most reapOnFull, so that a full table finds what has expired
	table := NewTable(Limits{MaxSessions: max}, DefaultTimeouts(), Seed{2})
	w := &twin{max: max, timeouts: DefaultTimeouts(), ids: map[uint64]bool{}}
	w.lives = func(id uint64) bool { return table.byID(id) != 0 }
	x := &traffic{s, table}
	frame, now := netstack.NewFrame(), Instant(0)
	for step := range steps {
		if s.pick(50) == 0 {
			now += Instant(one(s, time.Second, 10*time.Second, 40*time.Second, 6*time.Minute))
		}
		if nat {
			// A session that has expired unnoticed still holds its port.
			table.Sweep(now, max)
		}
		in, packet := x.next()
		packet.Fill(frame)
		var p netstack.Packet
		if r := p.Parse(in, frame); r != netstack.ReasonNone {
			continue // land
		}
		a := x.admission(nat)
		got := handle(table, &p, a, now)
		if want := w.handle(&p, a, now, got); got != want {
			t.Fatalf("step %d: %v in %v, flags %v, admitted %+v:\ngot  %+v\nwant %+v", step, p.Flow, in, p.TCPFlags, a, got, want)
		}
		compare(t, table, w, now)
		if s.pick(16) == 0 {
			w.kill(t, table, s)
		}
		if step%8 == 0 {
			checkInvariants(t, table)
		}
	}
	checkInvariants(t, table)
}

func handle(t *Table, p *netstack.Packet, a Admission, now Instant) outcome {
	m, reason := t.Track(p, now)
	if m.Session == 0 && reason == netstack.ReasonNone {
		m, reason = t.Open(p, a, now)
		if m.Session == 0 && reason == netstack.ReasonNone {
			panic("neither a session nor a reason")
		}
	}
	return outcome{m, reason}
}

// kill ends one of the sessions in both.
func (w *twin) kill(t *testing.T, table *Table, s source) {
	if len(w.sessions) == 0 {
		return
	}
	victim := w.sessions[s.pick(len(w.sessions))]
	if !table.Kill(victim.id) {
		t.Fatalf("session %d cannot be killed", victim.id)
	}
	w.remove(victim)
}

// compare compares what the two hold.
func compare(t *testing.T, table *Table, w *twin, now Instant) {
	t.Helper()
	got, want := map[uint64]View{}, map[uint64]View{}
	table.Sessions(now, 0, 1<<20, func(v View) { got[v.ID] = v })
	for _, s := range w.sessions {
		timer := s.timer
		want[s.id] = View{
			ID: s.id, Original: s.key[0], Reply: s.key[1], State: phaseWords[s.phase], Timer: timer, Rule: s.rule,
			Started: s.started, LastSeen: s.seen, TimeoutLeft: time.Duration(s.expires - now), TimeoutTotal: w.timeouts[timer],
			Packets: s.packets, Bytes: s.bytes, Flags: s.flags &^ reported,
		}
	}
	if !maps.Equal(got, want) {
		t.Fatalf("the table holds\n%v\nand should\n%v", got, want)
	}
}

// checkInvariants tests what table.go promises to hold after every call.
func checkInvariants(t testing.TB, table *Table) {
	t.Helper()
	if err := table.Audit(); err != nil {
		t.Fatal(err)
	}
}

func TestTableAgainstTwin(t *testing.T) {
	for seed := range uint64(16) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			conversations(t, randomSource{rand.New(rand.NewPCG(seed, 0))}, 1500, seed%2 == 0)
		})
	}
}

func FuzzTable(f *testing.F) {
	for seed := range uint64(4) {
		random := rand.New(rand.NewPCG(seed, 1))
		b := make([]byte, 2000)
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		f.Add(b, seed%2 == 0)
	}
	f.Fuzz(func(t *testing.T, b []byte, nat bool) {
		s := &byteSource{b}
		conversations(t, s, min(len(b)/8, 500), nat)
	})
}
