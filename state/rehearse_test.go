package state

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// memory is all that a table knows, in a form that can be compared: what is
// free, and where, does not count.
type memory struct {
	sessions map[ref]whole
	index    map[slot]int
	pairs    []uint32
	cursor   ref
	inPhase  [phases]int
	ended    ring
	counters counters
	random   string
	mappings map[ref]mapping
	spaces   map[ref]space
	pages    map[ref]page
	hosts    map[ref]host
	contacts map[ref]contact
	external map[slot]int
	limits   limits
	accounts map[ref]account
	guard    guardMemory
}

// guardMemory is what the guard knows.
type guardMemory struct {
	sides   [netstack.Sides]GuardStats
	counted [netstack.Sides][3]int64
	known   map[int]uint64
	repeats map[int]uint32
}

func rememberGuard(t *Table) (m guardMemory) {
	for i := range m.sides {
		s := &t.guard.sides[i]
		m.sides[i], m.counted[i] = t.Guard(netstack.Side(i)), [3]int64{s.due.Load(), int64(s.proved.Load()), int64(s.settled.Load())}
	}
	if p := t.guard.proofs.Load(); p != nil {
		m.known, m.repeats = taken(p.known.all), taken(p.repeats.all)
	}
	return m
}

// taken are the places that are not empty.
func taken[T comparable](all []T) map[int]T {
	m := map[int]T{}
	for i, e := range all {
		if e != *new(T) {
			m[i] = e
		}
	}
	return m
}

func remember(t *Table) memory {
	m := memory{
		sessions: map[ref]whole{}, index: entriesOf(&t.index), pairs: append([]uint32(nil), t.pairs.counts...), cursor: t.cursor,
		inPhase: t.inPhase, ended: t.ended, counters: t.counters, random: fmt.Sprint(*t.random),
		external: entriesOf(&t.mappings.index),
		mappings: used(&t.mappings.records, func(x *mapping) bool { return x.uses > 0 }),
		spaces:   used(&t.mappings.spaces.records, func(x *space) bool { return x.used > 0 }),
		pages:    used(&t.mappings.spaces.pages, func(x *page) bool { return x.used > 0 }),
		hosts:    used(&t.mappings.hosts.records, func(x *host) bool { return x.mappings > 0 }),
		contacts: used(&t.mappings.contacts.records, func(x *contact) bool { return x.uses > 0 }),
		accounts: used(&t.limits.accounts, func(x *account) bool { return x.ledger > 0 }),
		limits:   t.limits, guard: rememberGuard(t),
	}
	m.limits.ledgers = slices.Clone(t.limits.ledgers)
	m.limits.accounts, m.limits.index, m.limits.holds = slab[account, *account]{}, index{}, reserved[ref]{}
	m.limits.hash, m.limits.names = nil, nil
	for r := ref(1); r <= t.sessions.used; r++ {
		s := t.whole(r)
		if s.phase == free {
			s = whole{session: session{serial: s.serial}}
		}
		if s != (whole{}) {
			m.sessions[r] = s
		}
	}
	return m
}

func entriesOf(x *index) map[slot]int {
	m := map[slot]int{}
	for i := range uint32(len(x.all)) {
		if s := x.at(i); s.ref != 0 {
			m[s]++
		}
	}
	return m
}

func used[T any, P record[T]](s *slab[T, P], is func(*T) bool) map[ref]T {
	m := map[ref]T{}
	for r := ref(1); r <= s.used; r++ {
		if x := s.at(r); is(x) {
			m[r] = *x
		}
	}
	return m
}

// compareMemories says what differs.
func compareMemories(a, b memory) string {
	return cmp.Diff(a, b, cmp.Exporter(func(reflect.Type) bool { return true }))
}

// rehearse lets a packet rehearse what it is about to do, and holds the rehearsal
// to what it promises: it changes nothing, and says what then happens.
func (r *rig) rehearse(rehearse func() (Match, netstack.Reason, Sight), really func() (Match, netstack.Reason)) (Match, netstack.Reason) {
	r.Helper()
	if r.many || r.hasExpired() { // then the rehearsal would reap, and the packet meet less
		return really()
	}
	m, reason, s := r.unchanged(rehearse)
	got, gotReason := really()
	r.holds(m, got, &s)
	if reason != gotReason {
		r.Fatalf("rehearsed %v, and it was %v", reason, gotReason)
	}
	if after := r.byID(got.Session); after != 0 && s.After.ID != 0 && reason == netstack.ReasonNone {
		now := r.view(after, r.now)
		if s.Opened {
			now.ID, s.After.ID = 0, 0
		}
		if now.Flags = s.After.Flags; now != s.After {
			r.Fatalf("the session is\n%+v, and was to be\n%+v", now, s.After)
		}
	}
	return got, gotReason
}

// unchanged rehearses, and looks every now and then whether the table is what it
// was: that takes time.
func (r *rig) unchanged(rehearse func() (Match, netstack.Reason, Sight)) (Match, netstack.Reason, Sight) {
	r.Helper()
	if r.rehearsed++; r.rehearsed%97 != 1 {
		return rehearse()
	}
	before := remember(r.Table)
	m, reason, s := rehearse()
	if after := remember(r.Table); !reflect.DeepEqual(before, after) {
		r.Fatalf("a rehearsal has changed (-before +after):\n%s", compareMemories(before, after))
	}
	return m, reason, s
}

// hasExpired reports whether there are sessions that a lookup would reap.
func (r *rig) hasExpired() bool {
	for i := ref(1); i <= r.sessions.used; i++ {
		if s := r.sessions.at(i); s.phase != free && s.expires <= r.now {
			return true
		}
	}
	return false
}

// holds compares what was rehearsed with what it then was.
func (r *rig) holds(said, is Match, s *Sight) {
	r.Helper()
	said.Event, is.Event = 0, 0
	if s.Opened {
		is.Session = 0
	}
	if said != is {
		r.Fatalf("rehearsed\n%+v, and it was\n%+v, seen %+v", said, is, s)
	}
}

// TestWindowSaysByHowMuch: a segment moved by what it fails by fails no more, or
// by another bound.
func TestWindowSaysByHowMuch(t *testing.T) {
	d := rand.New(rand.NewPCG(1, 1))
	failed := map[Condition]int{}
	for range 20000 {
		base := d.Uint32()
		near := func(n int) uint32 { return base + uint32(d.IntN(2*n)-n) }
		var s session
		s.peer[0] = peer{seqLo: near(1000), seqHi: near(3000), maxWin: uint32(d.IntN(5000))}
		s.peer[1] = peer{seqLo: near(1000), maxWin: uint32(d.IntN(5000))}
		seq, ack := near(200000), near(200000)
		w := func() Window {
			p := nettest.TCP("10.1.0.5:1", "192.0.2.9:2", nettest.Flags("A"), nettest.Seq(seq), nettest.Ack(ack), nettest.Payload(d.IntN(2)))
			return s.window(Original, p.Parse(t, netstack.Inside))
		}
		was := w()
		failed[was.Fails]++
		switch was.Fails {
		case BeforeWindow:
			seq += was.By
		case BeyondWindow:
			seq -= was.By + 1 // and perhaps the byte that it has now
		case AcksTooMuch:
			ack -= was.By
		case AcksTooLittle:
			ack += was.By
		}
		if is := w(); was.Fails != NoCondition && (was.By == 0 || is.Fails == was.Fails) || was.Fails == NoCondition && was.By != 0 {
			t.Fatalf("%+v, then %+v", was, is)
		}
	}
	if len(failed) != int(Unproven) { // which is none of a window's
		t.Errorf("tried %v", failed)
	}
}

func TestExpects(t *testing.T) {
	r := newMasqueradingRig(t)
	m := r.passes(netstack.Inside, nettest.TCP("10.1.0.5:4000", "192.0.2.9:443", nettest.Flags("S"), nettest.Seq(100)))
	seen := m.Leave.Reverse(netstack.Outside)
	r.passes(netstack.Outside, nettest.TCP("192.0.2.9:443", "192.0.2.1:4000", nettest.Flags("SA"), nettest.Seq(900), nettest.Ack(101)))
	if seq, ack, ok := r.Expects(seen, r.now); seq != 901 || ack != 101 || !ok {
		t.Errorf("the server's next is %d, acknowledging %d, %v", seq, ack, ok)
	}
	if _, _, ok := r.Expects(seen.Reverse(netstack.Outside), r.now); ok {
		t.Error("a session that is not there")
	}
	if _, _, ok := r.after(time.Hour).Expects(seen, r.now); ok {
		t.Error("a session that has expired")
	}
}

// TestRehearsalOfASessionThatYields: a question in the place of a conversation
// that is answered ends that, and a rehearsal of it does not.
func TestRehearsalOfASessionThatYields(t *testing.T) {
	r := logged(newMasqueradingRig(t))
	ask := nettest.UDP("10.1.0.5:4000", "192.0.2.9:53", nettest.PayloadBytes(make([]byte, 12)))
	r.passes(netstack.Inside, ask)
	r.passes(netstack.Outside, nettest.UDP("192.0.2.9:53", "192.0.2.1:4000", nettest.PayloadBytes([]byte{2: 0x80, 11: 0})))
	if s := r.only(); s.State != "answered" {
		t.Fatal(s.State)
	}
	r.rehearsed = 96 // and this once it is looked whether anything has changed
	r.passes(netstack.Inside, ask)
	if s := r.only(); s.State != "single" || s.ID == 1 {
		t.Errorf("%+v", s)
	}
	checkInvariants(t, r.Table)
}
