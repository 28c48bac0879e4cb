package state

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"sallyport/netstack"
)

// noon is when the snapshots of the tests are taken, by the wall clock.
var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// numbered names rules by their numbers.
var numbered = Names{
	Rule:        func(_, rule uint32) string { return fmt.Sprintf("rule%d", rule) },
	Translation: func(_ uint32, rule uint16) string { return fmt.Sprintf("nat%d", rule) },
}

// everything is a policy whose rules have other numbers than numbered's, and
// that finds nothing out of place.
var everything = Known{
	Generation: 9,
	Rule: func(name string) (n uint32, ok bool) {
		_, err := fmt.Sscanf(name, "rule%d", &n)
		return n + 100, err == nil
	},
	Translation: func(name string) (n uint16, ok bool) {
		_, err := fmt.Sscanf(name, "nat%d", &n)
		return n + 100, err == nil
	},
	Fits:  func(uint32, *netstack.FlowKey, *netstack.FlowKey, Flags) (TermsID, bool) { return 0, true },
	Limit: func(uint32) *Limit { return nil },
}

func snapshotOf(t testing.TB, table *Table, now Instant) []byte {
	t.Helper()
	var file bytes.Buffer
	if _, err := table.Save(&file, Moment{now, noon}, true, numbered); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// restored is a new table with another secret and clock, after some time away.
func restored(t testing.TB, file []byte, max int, away time.Duration, known Known) (*rig, Restoration) {
	t.Helper()
	r := newRig(t, Limits{MaxSessions: max})
	r.Table = NewTable(Limits{MaxSessions: max}, DefaultTimeouts(), Seed{77})
	r.now = Instant(5 * time.Second)
	result, err := r.Restore(bytes.NewReader(file), int64(len(file)), Moment{r.now, noon.Add(away)}, known)
	if err != nil {
		t.Fatal(err)
	}
	checkInvariants(t, r.Table)
	return r, result
}

// conversation is all that a table knows of a session, apart from where and under
// which numbers.
type conversation struct {
	whole
	inside netstack.Addr
	port   uint16
	is     traits
}

// records lists the live sessions in the order of the table, with times counted
// from now.
func records(t *Table, now Instant) (list []conversation) {
	for r := ref(1); r <= t.sessions.used; r++ {
		s := t.whole(r)
		if s.phase == free || s.expires <= now {
			continue
		}
		one := conversation{whole: s}
		if s.mapping != 0 {
			m := t.mappings.records.at(s.mapping)
			one.inside, one.port, one.is, one.mapping = m.inside, m.port, m.is, 1
		}
		one.started, one.seen, one.expires = s.started-now, s.seen-now, s.expires-now
		one.serial, one.rule, one.generation, one.dstRule, one.srcRule = 0, 0, 0, 0, 0
		for d := range one.peer {
			if p := &one.peer[d]; !p.has(newSYN) {
				p.newScale = 0 // of a SYN that does not wait any more
			}
		}
		list = append(list, one)
	}
	return list
}

// randomTable is what random traffic leaves behind.
func randomTable(seed uint64, nat bool) (*Table, Instant) {
	table := NewTable(Limits{MaxSessions: 200}, DefaultTimeouts(), Seed{byte(seed)})
	random := randomSource{rand.New(rand.NewPCG(seed, 7))}
	x, frame, now := &traffic{random, table}, netstack.NewFrame(), Instant(time.Hour)
	for range 1000 {
		now += Instant(random.IntN(int(time.Second)))
		in, packet := x.next()
		packet.Fill(frame)
		var p netstack.Packet
		if p.Parse(in, frame) == netstack.ReasonNone {
			handle(table, &p, x.admission(nat), now)
		}
		if random.pick(20) == 0 {
			table.Kill(uint64(1 + random.pick(50)))
		}
	}
	return table, now
}
