package forward

import (
	"fmt"
	"runtime"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"sallyport/netstack"
	"sallyport/state"
)

// batch is how many packets a worker takes from a device at once. With
// super-packets of 64 KiB that is 4 MiB: as much as stays in a cache, and more
// than enough to spread the cost of reading the clock.
const batch = 64

// Worker owns one queue of each device and serves both directions, on one
// thread: a TUN delivers a flow's packets on the queue that the flow was last
// written to, so the worker that sent a packet gets the reply too, and
// sessions hardly ever meet two workers.
//
// A round of the loop drains what a device has, decides all of it, and sends.
// Nothing in it waits; only when both devices are empty does the worker poll,
// in a system call that Go's scheduler sees.
type Worker struct {
	lane  *Lane
	links [netstack.Sides]netstack.Link
	clock func() state.Instant
	wake  int // eventfd that ends a poll
	// patience is how long Run looks again, since it last found something,
	// before it sleeps.
	patience, found state.Instant
	stop            atomic.Bool
	report          reporter

	frames  []*netstack.Frame // received
	answers []*netstack.Frame // room for the firewall's own answers
	out     [netstack.Sides][]*netstack.Frame
	mergers [netstack.Sides]*netstack.Coalescer // of out
	pieces  pieces
	tally   Tally
	due     account
	shown   published
}

// NewWorker returns a worker between the two links, which it uses alone and
// does not close.
func NewWorker(e *Engine, links [netstack.Sides]netstack.Link, clock func() state.Instant, n *Notices) (*Worker, error) {
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("eventfd: %w", err)
	}
	w := &Worker{lane: NewLane(e), links: links, clock: clock, wake: wake, report: n.reporter()}
	w.frames, w.answers = netstack.NewFrames(batch), netstack.NewFrames(batch)
	w.pieces = newPieces()
	for side := range w.out {
		w.out[side] = make([]*netstack.Frame, 0, 3*batch) // frames, answers and pieces
		w.mergers[side] = netstack.NewCoalescer(offloads(links[side]))
	}
	return w, nil
}

func offloads(l netstack.Link) netstack.Offloads {
	if o, ok := l.(netstack.Offloader); ok {
		return o.Offloads()
	}
	return 0
}

// Run forwards until Stop, or until a device is gone: then the error says
// which. It needs a thread to itself.
func (w *Worker) Run() error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for ready := allDoors; !w.stop.Load(); {
		n, err := w.turn(ready)
		if err != nil {
			return err
		}
		if ready = allDoors; w.expectsMore(n) {
			continue
		}
		if ready, err = w.wait(); err != nil {
			return err
		}
	}
	return nil
}

// doors says of each side whether its device is worth a read.
type doors [netstack.Sides]bool

var allDoors = doors{true, true}

// turn is a round of each side that is ready, and what else is due. It returns
// how many packets there were.
func (w *Worker) turn(ready doors) (n int, err error) {
	for side := range netstack.Side(netstack.Sides) {
		if !ready[side] {
			continue
		}
		got, err := w.round(side)
		if err != nil {
			return n, fmt.Errorf("%v device: %w", side, err)
		}
		n += got
	}
	got, err := w.goOn()
	if err != nil {
		return n, fmt.Errorf("sending fragments: %w", err)
	}
	if err := w.answerLate(); err != nil {
		return n, fmt.Errorf("sending answers: %w", err)
	}
	return n + got, nil
}

// Stop makes Run return after the round it is in.
func (w *Worker) Stop() {
	w.stop.Store(true)
	// The counter of an eventfd takes any number of these; a failure could only
	// mean that it is full, and then the poll is over as well.
	_, _ = unix.Write(w.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
}

// Close gives back what NewWorker took, after Run has returned, and what still
// waits to be sent.
func (w *Worker) Close() error {
	for i := range w.pieces.waiting {
		w.pieces.waiting[i].whole.Discard()
	}
	return unix.Close(w.wake)
}

// Tally returns the counts up to the last round.
func (w *Worker) Tally() Tally { return w.shown.get() }
