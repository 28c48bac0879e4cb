package state

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// works is a table that workers and others use at once, and a ledger of what
// passed through it.
type works struct {
	*rig
	clock   atomic.Int64
	packets [steady + churned]lines // of each flow
	passed  atomic.Uint64           // datagrams

	fetching sync.Mutex
	told     uint64 // datagrams of sessions that have ended
	lost     uint64
}

// The first flows live all the time, the others come and go.
const (
	steady  = 4
	churned = 60
)

// lines is a flow's packets both ways, each with how many of it have passed.
type lines [2]struct {
	*netstack.Packet
	passed atomic.Uint64
}

func newWorks(t testing.TB) *works {
	w := &works{rig: logged(newRig(t, Limits{MaxSessions: steady + churned + 20}))}
	for i := range w.packets {
		near, far := fmt.Sprintf("10.1.0.%d:4000", i+1), "1.1.1.1:53000"
		w.packets[i][Original].Packet = nettest.UDP(near, far, data(i)).Parse(t, inside)
		w.packets[i][Reply].Packet = nettest.UDP(far, near, data(2*i)).Parse(t, outside)
	}
	w.clock.Store(int64(w.now))
	for i := range steady {
		w.step(i, Original)
		w.step(i, Reply)
	}
	return w
}

func (w *works) time() Instant { return Instant(w.clock.Load()) }

// step has a packet of flow i pass as a worker does.
func (w *works) step(i int, d Direction) {
	l := &w.packets[i][d]
	at := w.Foresee(l.Packet)
	w.Approach([]Place{at})
	var m Match
	reason := w.TrackAt(at, l.Packet, w.time(), &m)
	if m.Session == 0 && reason == netstack.ReasonNone && d == Original {
		a, _ := w.policy(l.Packet)
		m, reason = w.Open(l.Packet, a, w.time())
	}
	switch {
	case reason != netstack.ReasonNone, m.Session != 0 && m.Leave != l.Flow:
		w.Errorf("%v: %+v, %v", l.Flow, m, reason)
	case m.Session != 0:
		l.passed.Add(1)
		w.passed.Add(1)
	case i < steady:
		w.Errorf("%v is of no session", l.Flow)
	}
}

// fetch adds up what has ended.
func (w *works) fetch() {
	w.fetching.Lock()
	defer w.fetching.Unlock()
	var ended [64]Ended
	n := len(ended)
	for n == len(ended) {
		n, w.lost = w.Ended(ended[:])
		for i := range ended[:n] {
			w.told += ended[i].Packets[Original] + ended[i].Packets[Reply]
		}
	}
}

// work is a worker's: datagrams of all flows both ways, and now and then a
// connection that others make, use and reset too.
func (w *works) work(seed uint64, rounds int) {
	random := rand.New(rand.NewPCG(seed, 1))
	for n := range rounds {
		i := random.IntN(steady + churned)
		if random.IntN(4) > 0 {
			i %= steady
		}
		w.step(i, Direction(random.IntN(2)))
		if n%64 == 0 {
			w.fetch()
			w.connect(random)
		}
	}
}

// connect is a connection, or a part of one.
func (w *works) connect(random *rand.Rand) {
	client, server := fmt.Sprintf("10.2.0.%d:4000", 1+random.IntN(3)), "1.1.1.1:443"
	for _, s := range []struct {
		in netstack.Side
		p  nettest.Packet
	}{
		{inside, nettest.TCP(client, server, nettest.Flags("S"), nettest.Seq(1000))},
		{outside, nettest.TCP(server, client, nettest.Flags("SA"), nettest.Seq(5000), nettest.Ack(1001))},
		{inside, nettest.TCP(client, server, nettest.Flags("A"), nettest.Seq(1001), nettest.Ack(5001))},
		{inside, nettest.TCP(client, server, nettest.Flags("FA"), nettest.Seq(1001), nettest.Ack(5001))},
		{outside, nettest.TCP(server, client, nettest.Flags("RA"), nettest.Seq(5001), nettest.Ack(1001))},
	} {
		p := s.p.Parse(w.TB, s.in)
		m, reason := w.Track(p, w.time())
		if a, ok := w.policy(p); ok && m.Session == 0 && reason == netstack.ReasonNone {
			a.Log = false
			w.Open(p, a, w.time())
		}
	}
}

// meddle does what others than workers may, and lets time pass.
func (w *works) meddle(seed uint64) {
	random := rand.New(rand.NewPCG(seed, 2))
	w.clock.Add(int64(time.Millisecond))
	p := w.packets[random.IntN(len(w.packets))][Original].Packet
	a, _ := w.policy(p)
	switch timeouts := DefaultTimeouts(); random.IntN(12) {
	case 0:
		timeouts[UDPSingle] = time.Duration(random.IntN(5)) * time.Millisecond
		timeouts[TCPReset] = time.Millisecond
		w.SetTimeouts(timeouts)
	case 1:
		if _, err := w.Intern(Terms{Loose, timeouts}); err != nil {
			w.Error(err)
		}
	case 2:
		w.RehearseTrack(p, w.time())
	case 3:
		w.RehearseOpen(p, a, w.time())
	case 4:
		if err := w.Audit(); err != nil {
			w.Error(err)
		}
	case 5:
		if _, err := w.Save(new(bytes.Buffer), Moment{w.time(), noon}, false, numbered); err != nil {
			w.Error(err)
		}
	case 6:
		var ids []uint64
		w.Sessions(w.time(), 0, 1000, func(v View) {
			if v.Original.Src.Lo&0xff > steady {
				ids = append(ids, v.ID)
			}
		})
		if len(ids) > 0 {
			w.Kill(ids[random.IntN(len(ids))])
		}
	case 7:
		w.Readmit(1, 3, Readmission{Rule: 7, Generation: 3, Log: true}, w.time())
	default:
		w.Sweep(w.time(), 16)
	}
}

// balance compares the table with the ledger.
func (w *works) balance() {
	w.fetch()
	live, flows := uint64(0), map[netstack.FlowKey]View{}
	w.Sessions(0, 0, 1000, func(v View) {
		if v.Original.Proto == netstack.UDP {
			flows[v.Original] = v
			live += v.Packets[Original] + v.Packets[Reply]
		}
	})
	if w.lost > 0 || w.passed.Load() != w.told+live {
		w.Errorf("%d datagrams have passed; %d were of sessions that have ended and %d are of those that live; %d ends lost",
			w.passed.Load(), w.told, live, w.lost)
	}
	for i := range steady {
		l, v := &w.packets[i], flows[w.packets[i][Original].Flow]
		for d := range l {
			if n := l[d].passed.Load(); v.Packets[d] != n || v.Bytes[d] != n*uint64(l[d].Len()) {
				w.Errorf("flow %d has %d packets of direction %v in %d bytes; %d of %d bytes each have passed",
					i, v.Packets[d], Direction(d), v.Bytes[d], n, l[d].Len())
			}
		}
	}
	checkInvariants(w, w.Table)
}

// Four workers, both directions of the same sessions in all of them, while
// sessions begin, end, expire, and are listed, rehearsed, saved and killed: each
// packet that passed is counted once, in the session that it passed in.
func TestWorkersAddUp(t *testing.T) {
	w := newWorks(t)
	var workers, others sync.WaitGroup
	for i := range uint64(4) {
		workers.Go(func() { w.work(i, 30000) })
	}
	done := make(chan struct{})
	others.Go(func() {
		for seed := uint64(0); ; seed++ {
			select {
			case <-done:
				return
			default:
				w.meddle(seed)
			}
		}
	})
	workers.Wait()
	close(done)
	others.Wait()
	w.balance()
	t.Logf("%d datagrams, %d sessions, %d waits", w.passed.Load(), w.Stats().Opened, w.Stats().Waits)
}

// waits runs f, which must wait until release is called.
func (w *works) waits(what string, f func(), release func()) {
	w.Helper()
	before, done := w.Table.waits.Load(), make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	for w.Table.waits.Load() == before {
		select {
		case <-done:
			w.Errorf("%s does not wait", what)
			release()
			return
		default:
			runtime.Gosched()
		}
	}
	release()
	<-done
}

// Who waits for whom.
func TestEstablishedPacketsMeetOnlyInTheirSession(t *testing.T) {
	w := newWorks(t)
	first := w.byID(w.list()[0].ID)

	entered := nettest.UDP("10.1.0.1:4000", "1.1.1.1:53000")
	w.mu.Lock()
	w.lock(first)
	for i := 1; i < steady; i++ {
		w.step(i, Original)
		w.step(i, Reply)
	}
	if m, reason := w.Track(nettest.TCP("10.3.0.1:1", "1.1.1.1:1", nettest.Flags("A")).Parse(t, inside), w.now); m.Session != 0 || reason != netstack.NoSession {
		t.Errorf("%+v, %v", m, reason)
	}
	w.sessions.unlock(first)
	w.mu.Unlock()

	p := w.packets[0][Original].Packet
	for what, f := range map[string]func(){
		"a packet of the same session": func() { w.step(0, Reply) },
		"an ICMP error about it":       func() { w.Track(nettest.Unreachable("9.9.9.9", "10.1.0.1", 1, entered).Parse(t, outside), w.now) },
		"a sweep":                      func() { w.Sweep(w.now, steady) },
		"a rehearsal":                  func() { w.RehearseTrack(p, w.now) },
		"a listing":                    func() { w.Sessions(w.now, 0, steady, func(View) {}) },
		"a look":                       func() { w.Session(w.id(first), w.now) },
		"a snapshot":                   func() { w.copyDown(nil, steady, w.now) },
		"an audit":                     func() { checkInvariants(t, w.Table) },
		"a new policy":                 func() { w.Readmit(w.id(first), 3, Readmission{Rule: 7, Generation: 3, Log: true}, w.now) },
	} {
		w.lock(first)
		w.waits(what, f, func() { w.sessions.unlock(first) })
	}
	w.mu.Lock()
	w.waits("a packet that begins a session", func() { w.step(steady, Original) }, w.mu.Unlock)
	w.mu.Lock()
	w.waits("a packet that changes a session's phase", func() { w.step(steady, Reply) }, w.mu.Unlock)
	checkInvariants(t, w.Table)
}

// A lookup that misses while something is taken out of the index may have been
// passed by what it looks for.
func TestMissIsSureOnlyIfNothingMoves(t *testing.T) {
	w := newWorks(t)
	p := w.packets[steady][Original].Packet
	miss := func(want bool) {
		t.Helper()
		if c, _, sure := w.meet(w.Foresee(p), &p.Flow); c != nil || sure != want {
			t.Errorf("found %t, sure %t; want %t", c != nil, sure, want)
		}
	}
	miss(true)
	w.moves.Add(1)
	miss(false)
	w.mu.Lock()
	w.waits("a packet that is not found meanwhile", func() { w.Track(p, w.now) }, w.mu.Unlock)
	w.moves.Add(1)
	miss(true)
	for before, ids := w.moves.Load(), w.list(); len(ids) > 0; ids = ids[1:] {
		w.Kill(ids[0].ID)
		if now := w.moves.Load(); now != before+2 {
			t.Fatalf("%d moves; want 2 more than %d", now, before)
		}
		before += 2
	}
}
