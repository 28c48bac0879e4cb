package state

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// limitedRig is one whose policy lets all in, from both sides, under this limit
// of the rule "r".
func limitedRig(t testing.TB, max int, limit Limit) *rig {
	r := newRig(t, Limits{MaxSessions: max})
	id, err := r.Ledger("r")
	if err != nil {
		t.Fatal(err)
	}
	limit.Ledger = id
	r.policy = func(p *netstack.Packet) (Admission, bool) {
		return Admission{Out: p.Flow.In.Opposite(), Limit: &limit}, true
	}
	return r
}

// ledger returns the only ledger's numbers, and tests that all adds up.
func (r *rig) ledger() LedgerStats {
	r.Helper()
	if err := r.Audit(); err != nil {
		r.Fatal(err)
	}
	return r.LedgerStats(1)
}

func from(host string, port int) nettest.Packet {
	return nettest.UDP(fmt.Sprintf("%s:%d", host, port), "198.51.100.7:53")
}

func fromSYN(host string, port int) nettest.Packet {
	return nettest.TCP(fmt.Sprintf("%s:%d", host, port), "198.51.100.7:80", nettest.Flags("S"), nettest.Seq(1))
}

func TestLimitSessions(t *testing.T) {
	r := limitedRig(t, 100, Limit{Sessions: 2})
	r.passes(inside, from("10.1.0.5", 1))
	r.passes(inside, from("10.1.0.6", 1))
	r.passes(inside, from("10.1.0.5", 1)) // one of them
	r.refused(inside, from("10.1.0.7", 1), netstack.StateLimit)
	if l := r.ledger(); l.Sessions != 2 || l.Refused[netstack.StateLimit] != 1 {
		t.Errorf("%+v", l)
	}
	r.after(31*time.Second).passes(inside, from("10.1.0.7", 1)) // theirs have expired
	r.Kill(r.only().ID)
	if l := r.ledger(); l.Sessions != 0 {
		t.Errorf("%+v after the last was killed", l)
	}
}

func TestS30LimitPerSource(t *testing.T) {
	r := limitedRig(t, 100, Limit{PerSource: 2})
	r.passes(inside, from("10.1.0.5", 1))
	r.passes(inside, from("10.1.0.5", 2))
	r.refused(inside, from("10.1.0.5", 3), netstack.SourceLimit)
	r.passes(inside, from("10.1.0.6", 3))
	r.passes(outside, from("203.0.113.5", 1))
	if l := r.ledger(); l.Sessions != 4 || l.Sources != 3 {
		t.Errorf("%+v", l)
	}
}

// TestLimitPerPrefix: whoever has a /64 has 2^64 addresses; inside, each is a
// host's own.
func TestLimitPerPrefix(t *testing.T) {
	r := limitedRig(t, 100, Limit{PerSource: 1})
	for i, host := range []string{"fd00:1::5", "fd00:1::6"} {
		r.passes(inside, nettest.UDP(fmt.Sprintf("[%s]:%d", host, i+1), "[fd00:9::7]:53"))
	}
	r.passes(outside, nettest.UDP("[fd00:9::1]:1", "[fd00:1::9]:53"))
	r.refused(outside, nettest.UDP("[fd00:9::2]:1", "[fd00:1::9]:53"), netstack.SourceLimit)
	r.passes(outside, nettest.UDP("[fd00:9:0:1::2]:1", "[fd00:1::9]:53"))
	r.ledger()
}

func TestLimitRate(t *testing.T) {
	r := limitedRig(t, 100, Limit{Rate: Rate{3, time.Second}})
	for port := range 3 {
		r.passes(inside, from("10.1.0.5", port+1))
	}
	r.refused(inside, from("10.1.0.5", 9), netstack.RateLimit)
	r.passes(inside, from("10.1.0.6", 9))
	r.after(333*time.Millisecond).refused(inside, from("10.1.0.5", 9), netstack.RateLimit)
	r.after(time.Millisecond).passes(inside, from("10.1.0.5", 9))
	r.refused(inside, from("10.1.0.5", 10), netstack.RateLimit)
	r.after(time.Hour)
	for port := range 3 {
		r.passes(inside, from("10.1.0.5", 20+port))
	}
	r.refused(inside, from("10.1.0.5", 30), netstack.RateLimit)
	r.ledger()
}

// TestLimitHalfOpen: a handshake's end makes room, and so does its failure.
func TestLimitHalfOpen(t *testing.T) {
	r := limitedRig(t, 100, Limit{HalfOpen: 1})
	r.passes(inside, fromSYN("10.1.0.5", 1))
	r.refused(inside, fromSYN("10.1.0.6", 1), netstack.HalfOpenLimit)
	r.passes(inside, from("10.1.0.6", 1)) // a datagram opens nothing by half
	r.passes(outside, nettest.TCP("198.51.100.7:80", "10.1.0.5:1", nettest.Flags("SA"), nettest.Seq(9), nettest.Ack(2)))
	r.refused(inside, fromSYN("10.1.0.6", 1), netstack.HalfOpenLimit)
	r.passes(inside, nettest.TCP("10.1.0.5:1", "198.51.100.7:80", nettest.Flags("A"), nettest.Seq(2), nettest.Ack(10)))
	r.passes(inside, fromSYN("10.1.0.6", 1))
	if l := r.ledger(); l.HalfOpen != 1 || l.Sessions != 3 {
		t.Errorf("%+v", l)
	}
	r.passes(outside, nettest.TCP("198.51.100.7:80", "10.1.0.6:1", nettest.Flags("RA"), nettest.Seq(0), nettest.Ack(2)))
	r.passes(inside, fromSYN("10.1.0.7", 1))
	r.ledger()
}

// TestLimitOfAReplacedSession: a new connection in an old one's place, also one
// that the other end opens, stays on the account of who opened the first.
func TestLimitOfAReplacedSession(t *testing.T) {
	r := limitedRig(t, 100, Limit{PerSource: 1, Rate: Rate{5, time.Second}})
	r.passes(inside, fromSYN("10.1.0.5", 1))
	r.passes(outside, nettest.TCP("198.51.100.7:80", "10.1.0.5:1", nettest.Flags("RA"), nettest.Ack(2)))
	r.after(time.Second)
	r.passes(outside, nettest.TCP("198.51.100.7:80", "10.1.0.5:1", nettest.Flags("S"), nettest.Seq(70)))
	r.passes(inside, nettest.TCP("10.1.0.5:1", "198.51.100.7:80", nettest.Flags("SA"), nettest.Seq(90), nettest.Ack(71)))
	if l := r.ledger(); l.Sessions != 1 || l.HalfOpen != 1 {
		t.Errorf("%+v", l)
	}
	r.Kill(r.only().ID)
	if l := r.ledger(); l.Sessions != 0 || l.HalfOpen != 0 {
		t.Errorf("%+v", l)
	}
}

// TestLimitForgets: more sources than sessions can be, none of which may be
// locked out, and the table of accounts never larger.
func TestLimitForgets(t *testing.T) {
	r := limitedRig(t, 16, Limit{Rate: Rate{1, time.Hour}})
	for i := range 500 {
		r.passes(inside, from(fmt.Sprintf("10.1.%d.%d", i/250, i%250), 1))
		r.refused(inside, from(fmt.Sprintf("10.1.%d.%d", i/250, i%250), 2), netstack.RateLimit)
		r.Kill(r.only().ID)
		if l := r.ledger(); l.Sources > 16 {
			t.Fatalf("%d accounts", l.Sources)
		}
	}
	r.after(2*time.Hour).Sweep(r.now, 100)
	if l := r.ledger(); l.Sources != 0 {
		t.Errorf("%d accounts that say nothing", l.Sources)
	}
}

func TestLedgerIsNamedOnce(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 16})
	a, _ := r.Ledger("a")
	b, _ := r.Ledger("b")
	if again, err := r.Ledger("a"); a == 0 || a == b || again != a || err != nil {
		t.Errorf("%d, %d, %d, %v", a, b, again, err)
	}
	if l := r.LedgerStats(9); l != (LedgerStats{}) {
		t.Errorf("%+v of no ledger", l)
	}
}

// TestLimitsAgainstATwin plays random traffic under random limits, and asks of
// each packet that opens or cannot open a session what a list of all sessions,
// and a bucket for each source, say.
func TestLimitsAgainstATwin(t *testing.T) {
	seen := map[netstack.Reason]int{}
	for seed := range uint64(30) {
		d := rand.New(rand.NewPCG(seed, 1))
		r := newRig(t, Limits{MaxSessions: 1000})
		twin := &limitTwin{rig: r, buckets: map[string]*bucketTwin{}}
		for i := range 3 {
			id, err := r.Ledger(fmt.Sprint(i))
			if err != nil {
				t.Fatal(err)
			}
			twin.limits = append(twin.limits, Limit{id, d.IntN(8), d.IntN(4), d.IntN(4), Rate{d.IntN(4), time.Second}})
		}
		r.policy = func(p *netstack.Packet) (Admission, bool) {
			rule := uint32(p.Flow.DstPort % 3)
			return Admission{Rule: rule, Out: p.Flow.In.Opposite(), Limit: &twin.limits[rule]}, true
		}
		for range 600 {
			r.after(time.Duration(d.IntN(400)) * time.Millisecond)
			if d.IntN(20) == 0 {
				r.after(time.Minute)
			}
			r.Sweep(r.now, 200)
			twin.play(d, seen)
		}
		if err := r.Audit(); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	for _, reason := range []netstack.Reason{netstack.ReasonNone, netstack.StateLimit, netstack.HalfOpenLimit, netstack.SourceLimit, netstack.RateLimit} {
		if seen[reason] < 100 {
			t.Errorf("%v only %d times", reason, seen[reason])
		}
	}
}

type limitTwin struct {
	*rig
	limits  []Limit
	buckets map[string]*bucketTwin
}

// bucketTwin holds tokens of a rate, each a share of its time.
type bucketTwin struct {
	level time.Duration
	at    Instant
}

// play opens, answers or kills.
func (w *limitTwin) play(d *rand.Rand, seen map[netstack.Reason]int) {
	host, port := fmt.Sprintf("10.1.0.%d", d.IntN(3)), 1+d.IntN(30)
	server := fmt.Sprintf("198.51.100.7:%d", 80+d.IntN(3))
	client := fmt.Sprintf("%s:%d", host, port)
	switch views := w.list(); {
	case d.IntN(10) == 0 && len(views) > 0:
		w.Kill(views[d.IntN(len(views))].ID)
		return
	case d.IntN(4) == 0:
		w.send(outside, nettest.TCP(server, client, nettest.Flags("SA"), nettest.Seq(9), nettest.Ack(2)))
		w.send(inside, nettest.TCP(client, server, nettest.Flags("A"), nettest.Seq(2), nettest.Ack(10)))
		return
	}
	p := nettest.UDP(client, server).Parse(w, inside)
	if d.IntN(2) == 0 {
		p = nettest.TCP(client, server, nettest.Flags("S"), nettest.Seq(1)).Parse(w, inside)
	}
	for _, v := range w.list() {
		if v.Original == p.Flow {
			return // not one that opens
		}
	}
	want := w.expect(p)
	m, got := w.handle(p)
	if seen[got]++; got != want || (got == netstack.ReasonNone) != (m.Session != 0) {
		w.Fatalf("%v: %v, want %v; %+v of %+v", p.Flow, got, want, w.list(), w.limits)
	}
}

// expect says what is to become of a packet that opens a session, and takes its
// token.
func (w *limitTwin) expect(p *netstack.Packet) netstack.Reason {
	rule := p.Flow.DstPort % 3
	limit := &w.limits[rule]
	sessions, half, ofSource := 0, 0, 0
	for _, v := range w.list() {
		if v.Rule != uint32(rule) {
			continue
		}
		sessions++
		if v.Original.Src == p.Flow.Src {
			ofSource++
		}
		if v.State == "syn-sent" || v.State == "syn-received" {
			half++
		}
	}
	key := fmt.Sprint(rule, p.Flow.Src)
	b, each := w.buckets[key], time.Duration(limit.Rate.each())
	if b == nil {
		b = &bucketTwin{level: each * time.Duration(limit.Rate.Sessions)}
		w.buckets[key] = b
	}
	b.level = min(each*time.Duration(limit.Rate.Sessions), b.level+time.Duration(w.now-b.at))
	b.at = w.now
	switch {
	case limit.Sessions > 0 && sessions >= limit.Sessions:
		return netstack.StateLimit
	case limit.HalfOpen > 0 && p.Flow.Proto == netstack.TCP && half >= limit.HalfOpen:
		return netstack.HalfOpenLimit
	case limit.PerSource > 0 && ofSource >= limit.PerSource:
		return netstack.SourceLimit
	case limit.Rate.Sessions > 0 && b.level < each:
		return netstack.RateLimit
	}
	b.level -= each
	return netstack.ReasonNone
}

// TestNoAllocsOfLimits: nothing is allocated, neither where a session begins and ends
// nor where one is refused.
func TestNoAllocsOfLimits(t *testing.T) {
	r := limitedRig(t, 100, Limit{Sessions: 10, PerSource: 1, HalfOpen: 5, Rate: Rate{1000000, time.Second}})
	first, more := from("10.1.0.5", 1).Parse(t, inside), from("10.1.0.5", 2).Parse(t, inside)
	a, _ := r.policy(first)
	if n := testing.AllocsPerRun(100, func() {
		m, reason := r.Open(first, a, r.now)
		if _, beyond := r.Open(more, a, r.now); reason != netstack.ReasonNone || beyond != netstack.SourceLimit {
			t.Fatal(reason, beyond)
		}
		r.Kill(m.Session)
		r.now++
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestLimitOverARestart: sessions that are taken up are counted, and are not
// refused even if they are more than the limit.
func TestLimitOverARestart(t *testing.T) {
	r := limitedRig(t, 100, Limit{PerSource: 3})
	for port := range 3 {
		r.passes(inside, from("10.1.0.5", port+1))
	}
	r.passes(inside, fromSYN("10.1.0.6", 1))
	file := snapshotOf(t, r.Table, r.now)
	later := limitedRig(t, 100, Limit{PerSource: 2})
	a, _ := later.policy(from("10.1.0.5", 9).Parse(t, inside))
	known := everything
	known.Limit = func(uint32) *Limit { return a.Limit }
	if _, err := later.Restore(bytes.NewReader(file), int64(len(file)), Moment{later.now, noon}, known); err != nil {
		t.Fatal(err)
	}
	if l := later.ledger(); l.Sessions != 4 || l.Sources != 2 || l.HalfOpen > 1 {
		t.Errorf("%+v", l)
	}
	later.refused(inside, from("10.1.0.5", 9), netstack.SourceLimit)
	later.passes(inside, from("10.1.0.6", 9))
}
