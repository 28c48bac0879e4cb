package forward

import (
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// newStill returns a worker that nobody runs: the test calls its rounds.
func newStill(t *testing.T) (*loop, *rig) {
	t.Helper()
	r := newRig(t, outward())
	l := newLoop(t, r.engine, 0)
	t.Cleanup(func() {
		if err := l.worker.Close(); err != nil {
			t.Error(err)
		}
	})
	return l, r
}

// turn is one turn of the worker's loop; it returns how much was done.
func (l *loop) turn() (n int) {
	l.Helper()
	for side := range netstack.Side(netstack.Sides) {
		got, err := l.worker.round(side)
		if err != nil {
			l.Fatal(err)
		}
		n += got
	}
	got, err := l.worker.goOn()
	if err != nil {
		l.Fatal(err)
	}
	return n + got
}

// tiny is a datagram and its fragments of eight bytes, as many as asked for.
func tiny(fragments int, id uint32) (nettest.Packet, []nettest.Packet) {
	whole := nettest.UDP(client6, server6, nettest.Payload(8*fragments-8))
	return whole, nettest.Split(whole, 8, id)
}

func TestWorkerSendsFragmentsInOrderWithTheRest(t *testing.T) {
	l, _ := newStill(t)
	_, fragments := tiny(30, 7)
	before, after := nettest.UDP(client6, server6, nettest.Payload(1)), nettest.UDP(client6, server6, nettest.Payload(2))
	l.links[in].Inject(before)
	l.links[in].Inject(fragments...)
	l.links[in].Inject(after)
	l.turn()
	sent := l.links[out].Sent()
	if len(sent) != 32 || len(sent[0].Bytes) != len(before.Bytes) || len(sent[31].Bytes) != len(after.Bytes) {
		t.Fatalf("%d packets were sent, or not in the order they came", len(sent))
	}
	if _, err := nettest.Join(sent[1:31]); err != nil {
		t.Error(err)
	}
	if tally := l.worker.Tally(); tally.Passed[in] != 32 || tally.Drops(in) != 0 {
		t.Errorf("%d passed, %d refused; want 32 and none", tally.Passed[in], tally.Drops(in))
	}
}

// A datagram of more fragments than a batch leaves a batch at a time, and in
// between the other direction has its turn.
func TestWorkerSharesItsTimeWithOthers(t *testing.T) {
	l, _ := newStill(t)
	l.links[in].Inject(nettest.UDP(client6, server6))
	l.turn()
	l.links[out].Sent()
	_, fragments := tiny(500, 7)
	l.links[in].Inject(fragments...)
	sent, turns := []nettest.Packet{}, 0
	for len(sent) < len(fragments) {
		l.links[out].Inject(nettest.UDP(server6, client6))
		l.turn()
		more := l.links[out].Sent()
		if len(more) > 2*batch {
			t.Errorf("%d fragments leave in one turn", len(more))
		}
		if len(l.links[in].Sent()) != 1 {
			t.Fatal("the other direction waits")
		}
		if sent = append(sent, more...); turns > 100 {
			t.Fatalf("%d fragments left in %d turns", len(sent), turns)
		}
		turns++
	}
	if _, err := nettest.Join(sent); err != nil {
		t.Error(err)
	}
}

// All of a datagram's fragments arrive, whatever waits with it; what does not
// fit the backlog is refused, and counted.
func TestWorkerBacklog(t *testing.T) {
	l, r := newStill(t)
	const datagrams, size = backlog + 2, 200
	held := map[int][]nettest.Packet{}
	for n := range datagrams {
		_, held[n] = tiny(size, uint32(n))
		l.links[in].Inject(held[n][1:]...)
	}
	for l.turn() > 0 {
	}
	for n := range datagrams { // now each completes with one packet, all of one batch
		l.links[in].Inject(held[n][0])
	}
	for l.turn() > 0 {
	}
	sent := map[uint32][]nettest.Packet{}
	for _, p := range l.links[out].Sent() {
		id := p.Parse(t, out).Fragment.ID
		sent[id] = append(sent[id], p)
	}
	complete := 0
	for id := range uint32(datagrams) {
		if _, err := nettest.Join(sent[id]); err == nil {
			complete++
		}
	}
	lost := l.worker.Tally().Refused[in][netstack.QueueFull]
	if complete != backlog || lost != (datagrams-backlog)*(size-batch) {
		t.Errorf("%d datagrams complete, %d fragments lost; want %d and %d", complete, lost, backlog, (datagrams-backlog)*(size-batch))
	}
	if s := r.engine.Fragments.Stats(in); s.Datagrams != 0 || s.Fragments != 0 {
		t.Errorf("%+v is still held", s)
	}
}

// What waits when the worker ends is given back.
func TestWorkerEndsWithABacklog(t *testing.T) {
	r := newRig(t, outward())
	l := newLoop(t, r.engine, 0)
	_, fragments := tiny(500, 7)
	l.links[in].Inject(fragments...)
	for len(l.worker.pieces.waiting) == 0 {
		if l.turn() == 0 {
			t.Fatal("nothing ever waits")
		}
	}
	if err := l.worker.Close(); err != nil {
		t.Error(err)
	}
	if s := r.engine.Fragments.Stats(in); s.Datagrams != 0 {
		t.Errorf("%+v is still held", s)
	}
}

// A worker that is refused the fragments counts them, and those of a datagram
// that the policy refuses count each.
func TestWorkerCountsFragments(t *testing.T) {
	l, _ := newStill(t)
	l.links[out].SetRoom(3)
	_, fragments := tiny(10, 7)
	l.links[in].Inject(fragments...)
	l.links[in].Inject(nettest.Split(nettest.UDP(client, "198.51.100.7:514", nettest.Payload(3000)), 1480, 5)...)
	l.turn()
	tally := l.worker.Tally()
	if got := tally.Refused[in][netstack.QueueFull]; got != 7 {
		t.Errorf("%d counted as queue-full, want 7", got)
	}
	if got := tally.Refused[in][netstack.Policy]; got != 3 {
		t.Errorf("%d counted as policy, want 3", got)
	}
	if want := uint64(10); tally.Passed[in] != want || tally.Bytes[in] != 10*(40+8+8) {
		t.Errorf("%d passed with %d bytes, want %d with %d", tally.Passed[in], tally.Bytes[in], want, 10*(40+8+8))
	}
}

// TestS20LossesAreTold: what is given up is told to the log, at its rate.
func TestS20LossesAreTold(t *testing.T) {
	r, notices := newRig(t, outward()), NewNotices(2)
	sweep := NewFragmentSweep(r.engine, notices)
	for id := range uint32(5) {
		r.send(in, nettest.Split(nettest.UDP(client, server, nettest.Payload(3000)), 1480, id)[0])
	}
	sweep.Sweep(r.now + 29e9)
	if len(notices.C) != 0 {
		t.Error("a loss is told before there is one")
	}
	sweep.Sweep(r.now + 30e9)
	if len(notices.C) != 2 {
		t.Fatalf("%d losses told, want 2 a second", len(notices.C))
	}
	n := <-notices.C
	if n.Reason != netstack.FragTimeout || n.Flow.SrcPort != 40000 || n.In != in || n.Fragments != 1 {
		t.Errorf("told %+v", n)
	}
	if lost := r.engine.Fragments.Stats(in).Lost[netstack.FragTimeout]; lost != 5 {
		t.Errorf("%d counted, want 5", lost)
	}
}

// What a device refuses of fragments that have waited is counted at once, though
// nothing else comes.
func TestWorkerCountsWhatIsRefusedOfABacklog(t *testing.T) {
	l, _ := newStill(t)
	_, fragments := tiny(300, 7)
	l.links[in].Inject(fragments...)
	for len(l.worker.pieces.waiting) == 0 {
		if l.turn() == 0 {
			t.Fatal("nothing ever waits")
		}
	}
	sent := len(l.links[out].Sent())
	l.links[out].SetRoom(0)
	for l.turn() > 0 {
	}
	if got := l.worker.Tally().Refused[in][netstack.QueueFull]; int(got) != len(fragments)-sent {
		t.Errorf("%d counted as queue-full, want %d", got, len(fragments)-sent)
	}
}
