package state

import (
	"bytes"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// TestS05SnapshotKeepsEverySession saves what random traffic has made and takes
// it up in another table: all that was known is known, in the same order.
func TestS05SnapshotKeepsEverySession(t *testing.T) {
	for seed := range uint64(40) {
		table, now := randomTable(seed, seed%2 == 0)
		want := records(table, now)
		r, result := restored(t, snapshotOf(t, table, now), 200, 0, everything)
		got := records(r.Table, r.now)
		if len(want) < 8 {
			t.Fatalf("seed %d: only %d sessions to save", seed, len(want))
		}
		for i := range want {
			if i >= len(got) || got[i] != want[i] {
				t.Fatalf("seed %d: of %d session %d is not what it was:\ngot  %+v\nwant %+v", seed, len(got), i, got, want[i])
			}
		}
		if n := result.Count[Restored]; n != len(want) || r.Stats().Restored != uint64(n) {
			t.Errorf("seed %d: %d restored, said to be %d", seed, len(want), n)
		}
		if r.Stats().HalfOpen != halfOpen(want) {
			t.Errorf("seed %d: %d half open, want %d", seed, r.Stats().HalfOpen, halfOpen(want))
		}
	}
}

func halfOpen(list []conversation) (n int) {
	for _, s := range list {
		if s.phase == synSent || s.phase == synSent2 || s.phase == synReceived {
			n++
		}
	}
	return n
}

// TestSnapshotOfManyPieces saves more sessions than fit in one piece, and in
// the table that takes them up.
func TestSnapshotOfManyPieces(t *testing.T) {
	const n = 3*savePiece + 17
	c := newCrowd(t, n).fill(t)
	c.Kill(5)
	c.Kill(savePiece + 1)
	file := snapshotOf(t, c.Table, 1)
	r, result := restored(t, file, n, 0, everything)
	if result.Count[Restored] != n-2 || len(r.list()) != n-2 {
		t.Errorf("%v restored of %d", result.Count, n-2)
	}
	r, result = restored(t, file, 100, 0, everything)
	if result.Count[Restored] != 100 || result.Count[NoRoom] != n-102 || r.Len() != 100 {
		t.Errorf("in a table for 100: %v", result.Count)
	}
}

// afterRestart goes on with the conversation in another table.
func (v *talk) afterRestart(away time.Duration) *talk {
	v.Helper()
	r, result := restored(v.TB, snapshotOf(v.TB, v.Table, v.now), 100, away, everything)
	if result.Count[Restored] != 1 {
		v.Fatalf("the conversation is lost: %v", result.Count)
	}
	r.policy = func(p *netstack.Packet) (Admission, bool) {
		v.Errorf("the policy was asked about %v", p.Flow)
		return Admission{}, false
	}
	return &talk{r, v.client, v.server}
}

// TestS04ConversationGoesOn restarts before each segment of a masqueraded
// conversation, its sequence numbers wrapping included.
func TestS04ConversationGoesOn(t *testing.T) {
	transfer := append(establishedWay[:3:3], fromClient("PA", 1, 1, data(100)), fromServer("A", 1, 101), fromServer("PA", 1, 101, data(10)))
	for _, start := range starts {
		for _, way := range [][]segmentSpec{transfer, timeWaitWay, resetWay} {
			for cut := 1; cut < len(way); cut++ {
				v := newTalk(t, start, way[:cut]).afterRestart(5 * time.Second)
				for _, s := range way[cut:] {
					m := v.passes(s.build(v))
					if want := "tcp 192.0.2.1:40000 -> 1.1.1.1:443"; s.fromClient && m.Leave.String() != want {
						t.Errorf("leaves as %v, want %s", m.Leave, want)
					}
				}
			}
		}
	}
}

// TestS04StrayACKOpensNothing sends what belongs to no conversation that the
// snapshot had, and what belongs to one that is over.
func TestS04StrayACKOpensNothing(t *testing.T) {
	v := newTalk(t, starts[0], establishedWay).afterRestart(0)
	for _, flags := range []string{"A", "PA", "FA"} {
		v.refused(inside, nettest.TCP("10.1.0.5:40001", "1.1.1.1:443", nettest.Flags(flags), nettest.Seq(1), nettest.Ack(1)), netstack.NoSession)
	}
	v.only()
}

// TestS05RestoredMappings lets two sessions of one endpoint share a port before
// and after, and gives it back with the second.
func TestS05RestoredMappings(t *testing.T) {
	r := newMasqueradingRig(t)
	r.passes(inside, nettest.UDP("10.1.0.5:5000", "1.1.1.1:53"))
	r.passes(inside, nettest.UDP("10.1.0.5:5000", "1.1.1.2:53"))
	r.passes(inside, nettest.UDP("10.1.0.6:5000", "1.1.1.1:53")) // gets another port
	before := r.list()
	after, _ := restored(t, snapshotOf(t, r.Table, r.now), 100, 0, everything)
	after.policy = r.policy
	for i, v := range after.list() {
		if v.Reply != before[i].Reply {
			t.Errorf("replies come as %v, came as %v", v.Reply, before[i].Reply)
		}
	}
	after.leaves(after.passes(inside, nettest.UDP("10.1.0.5:5000", "1.1.1.3:53")), outside, "udp 192.0.2.1:5000 -> 1.1.1.3:53")
	for _, v := range after.list() {
		after.Kill(v.ID)
	}
	checkInvariants(t, after.Table)
	if m := after.Stats().Mappings; m != 0 {
		t.Errorf("%d mappings without a session", m)
	}
}

// TestS05SnapshotTime lets time pass between a snapshot and a start.
func TestS05SnapshotTime(t *testing.T) {
	for _, c := range []struct {
		name string
		away time.Duration
		left time.Duration // of the 30 s of a datagram without an answer, 5 s old; 0: none
	}{
		{"at once", 0, 25 * time.Second},
		{"ten seconds", 10 * time.Second, 15 * time.Second},
		{"a moment less than all", 25*time.Second - 1, 1},
		{"all", 25 * time.Second, 0},
		{"a year", 365 * 24 * time.Hour, 0},
		{"for ever", 1<<63 - 1, 0},
		{"the clock went back", -time.Hour, 25 * time.Second},
		{"the clock was never set", noon.Sub(noon.AddDate(-50, 0, 0)) * -1, 25 * time.Second},
	} {
		r := newRig(t, Limits{MaxSessions: 10})
		r.passes(inside, nettest.UDP("10.1.0.5:5000", "1.1.1.1:53"))
		file := snapshotOf(t, r.after(5*time.Second).Table, r.now)
		after, result := restored(t, file, 10, c.away, everything)
		if c.left == 0 {
			if result.Count[TimedOut] != 1 || after.Len() != 0 {
				t.Errorf("%s: %v", c.name, result.Count)
			}
			continue
		}
		v := after.only()
		if v.TimeoutLeft != c.left || v.LastSeen != after.now-Instant(5*time.Second+max(0, c.away)) || v.Started != v.LastSeen {
			t.Errorf("%s: %v left, want %v; last seen %v ago", c.name, v.TimeoutLeft, c.left, time.Duration(after.now-v.LastSeen))
		}
	}
}

// TestSnapshotOfAChangingTable saves a session that ends during the snapshot,
// and then what has got its flow or its port since.
func TestSnapshotOfAChangingTable(t *testing.T) {
	type flow struct{ from, to string }
	for name, c := range map[string]struct {
		later flow
	}{
		"same flow":             {flow{"10.1.0.5:5000", "1.1.1.1:53"}},
		"same port, same peer":  {flow{"10.1.0.6:5000", "1.1.1.1:53"}},
		"same port, other peer": {flow{"10.1.0.6:5000", "1.1.1.2:53"}},
	} {
		r := newMasqueradingRig(t)
		m := r.passes(inside, nettest.UDP("10.1.0.5:5000", "1.1.1.1:53"))
		var file bytes.Buffer
		s := newSaver(&file, numbered)
		s.preface(Moment{r.now, noon}, true)
		s.copies, _ = r.copyDown(nil, 1, r.now)
		s.records()
		r.Kill(m.Session)
		r.passes(inside, nettest.UDP(c.later.from, c.later.to))
		want := r.only()
		s.copies, _ = r.copyDown(nil, r.sessions.used, r.now)
		s.records()
		s.end()
		after, result := restored(t, file.Bytes(), 10, 0, everything)
		if got := after.only(); result.Count[Superseded] != 1 || got.Original != want.Original || got.Reply != want.Reply {
			t.Errorf("%s: %v", name, result.Count)
		}
	}
}

// TestExpiredIsNotSaved has a session whose time is over, and that nobody has
// reaped.
func TestExpiredIsNotSaved(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 10})
	r.passes(inside, nettest.UDP("10.1.0.5:5000", "1.1.1.1:53"))
	r.after(time.Hour).passes(inside, nettest.UDP("10.1.0.6:5000", "1.1.1.1:53"))
	n, err := r.Save(new(bytes.Buffer), Moment{r.now, noon}, true, numbered)
	if n != 1 || err != nil {
		t.Errorf("%d saved, %v", n, err)
	}
}
