package forward

import (
	"errors"
	"os"
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/state"
)

// loop is a worker running between two devices in memory.
type loop struct {
	*testing.T
	links   [netstack.Sides]*nettest.Link
	worker  *Worker
	notices *Notices
	done    chan error
}

func startLoop(t *testing.T, perSecond int) *loop {
	t.Helper()
	l := newLoop(t, newRig(t, outward()).engine, perSecond)
	go func() { l.done <- l.worker.Run() }()
	return l
}

// newLoop is one whose worker does not run.
func newLoop(t *testing.T, e *Engine, perSecond int) *loop {
	t.Helper()
	l := &loop{T: t, notices: NewNotices(perSecond), done: make(chan error, 1)}
	links := [netstack.Sides]netstack.Link{}
	for side := range links {
		l.links[side] = nettest.NewLink(t)
		links[side] = l.links[side]
	}
	var err error
	if l.worker, err = NewWorker(e, links, func() state.Instant { return 1 }, l.notices); err != nil {
		t.Fatal(err)
	}
	return l
}

// stop ends the worker and returns what Run did.
func (l *loop) stop() error {
	l.worker.Stop()
	err := <-l.done
	if e := l.worker.Close(); e != nil {
		l.Error(e)
	}
	return err
}

func TestWorkerForwardsBothWays(t *testing.T) {
	l := startLoop(t, 100)
	l.links[in].Inject(nettest.UDP(client6, server6))
	sent := l.links[out].Wait(t, 1)[0].Parse(t, out)
	l.links[out].Inject(nettest.UDP(server6, client6))
	back := l.links[in].Wait(t, 1)[0].Parse(t, in)
	if err := l.stop(); err != nil {
		t.Fatal(err)
	}
	if sent.Flow.Dst != back.Flow.Src {
		t.Errorf("sent %v, came back %v", sent.Flow, back.Flow)
	}
	tally := l.worker.Tally()
	if tally.Passed != [2]uint64{1, 1} || tally.Batches != 2 {
		t.Errorf("passed %v in %d batches, want one each way in 2", tally.Passed, tally.Batches)
	}
}

func TestWorkerCountsAndReportsRefusals(t *testing.T) {
	l := startLoop(t, 1)
	for range 5 {
		l.links[out].Inject(nettest.TCP(server, public+":22", nettest.Flags("S")))
	}
	l.links[in].Inject(nettest.UDP(client6, server6))
	l.links[out].Wait(t, 1)
	if err := l.stop(); err != nil {
		t.Fatal(err)
	}
	tally := l.worker.Tally()
	if n := tally.Refused[out][netstack.Policy]; n != 5 {
		t.Errorf("%d refused by policy, want 5", n)
	}
	close(l.notices.C)
	var refusals []Notice
	for n := range l.notices.C {
		if n.Reason != netstack.ReasonNone {
			refusals = append(refusals, n)
		}
	}
	if len(refusals) != 1 || refusals[0].In != out || refusals[0].Flow.DstPort != 22 || tally.Unlogged != 4 {
		t.Errorf("notices %+v, %d unlogged; want one refusal of port 22 and 4 unlogged", refusals, tally.Unlogged)
	}
}

func TestWorkerAnswersOnTheSideOfTheSender(t *testing.T) {
	l := startLoop(t, 0)
	l.links[in].Inject(nettest.TCP(client, "198.51.100.7:23", nettest.Flags("S")))
	answer := l.links[in].Wait(t, 1)[0].Parse(t, in)
	if err := l.stop(); err != nil {
		t.Fatal(err)
	}
	if answer.TCPFlags != 0x14 || l.worker.Tally().Answers != 1 {
		t.Errorf("answer with flags %v, %d counted", answer.TCPFlags, l.worker.Tally().Answers)
	}
}

func TestWorkerCountsWhatTheDeviceRefused(t *testing.T) {
	l := startLoop(t, 0)
	l.links[out].SetRoom(1)
	l.links[in].Inject(nettest.UDP(client6, server6), nettest.UDP(client6, server6), nettest.UDP(client6, server6))
	l.links[out].Wait(t, 1)
	if err := l.stop(); err != nil {
		t.Fatal(err)
	}
	if n := l.worker.Tally().Refused[in][netstack.QueueFull]; n == 0 {
		t.Error("nothing counted as queue-full")
	}
}

func TestWorkerEndsWithItsDevice(t *testing.T) {
	for side := range netstack.Side(netstack.Sides) {
		l := startLoop(t, 0)
		l.links[side].Close()
		if err := <-l.done; !errors.Is(err, os.ErrClosed) {
			t.Errorf("%v device gone: %v, want os.ErrClosed", side, err)
		}
		if err := l.worker.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A fault in the decision drops what was not decided and nothing else stops.
func TestWorkerSurvivesAFault(t *testing.T) {
	l := startLoop(t, 100)
	sound := l.worker.lane.engine.Load()
	l.worker.lane.engine.policy.Store(&Policy{}) // no rules: asking them is a nil dereference
	l.links[in].Inject(nettest.UDP(client6, server6))
	if n := <-l.notices.C; n.Reason != netstack.Internal || n.Fault == nil {
		t.Errorf("notice %+v, want a fault", n)
	}
	l.worker.lane.engine.Swap(sound)
	l.links[in].Inject(nettest.UDP(client6, server6))
	l.links[out].Wait(t, 1)
	if err := l.stop(); err != nil {
		t.Fatal(err)
	}
	if n := l.worker.Tally().Refused[in][netstack.Internal]; n != 1 {
		t.Errorf("%d counted as internal, want 1", n)
	}
}
