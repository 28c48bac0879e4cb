package forward

import "sallyport/netstack"

// backlog is how many datagrams may wait for the rest of their fragments to be
// sent. Only those of more than a batch of fragments ever wait, and at the usual
// MTU there are none.
const backlog = 4

// pieces is the room that a worker has for fragments on their way out.
type pieces struct {
	frames  []*netstack.Frame
	used    int      // of frames, since the last flush
	spare   []joined // frames for datagrams that wait, or have none to wait for
	waiting []waiting
}

// waiting is a datagram of which some fragments are still to leave.
type waiting struct {
	joined
	in, out netstack.Side
}

func newPieces() (p pieces) {
	p.frames = netstack.NewFrames(batch)
	for range backlog {
		p.spare = append(p.spare, newJoined())
	}
	p.waiting = make([]waiting, 0, backlog)
	return p
}

// release sends the fragments of the datagram that was decided last. A batch of
// them leaves at once; a datagram cut smaller waits with the rest, so that it
// holds up neither the other direction nor other flows for longer than a batch.
func (w *Worker) release(in, out netstack.Side) {
	j := &w.lane.joined
	w.emit(j, in, out)
	if j.whole.Fragments == 0 {
		return
	}
	p := &w.pieces
	if len(p.spare) == 0 {
		w.tally.Refused[in][netstack.QueueFull] += uint64(j.whole.Left())
		j.whole.Discard()
		return
	}
	last := len(p.spare) - 1
	p.waiting = append(p.waiting, waiting{*j, in, out})
	*j, p.spare = p.spare[last], p.spare[:last]
}

// emit sends up to a batch of j's fragments.
func (w *Worker) emit(j *joined, in, out netstack.Side) {
	for range batch {
		f := w.room(in)
		if !j.Next(f) {
			return
		}
		w.pieces.used++
		w.out[out] = append(w.out[out], f)
	}
}

// room returns a frame for a fragment. If all are taken, what they hold is sent
// first; a device that is gone says so again at the end of the round.
func (w *Worker) room(in netstack.Side) *netstack.Frame {
	p := &w.pieces
	if p.used == len(p.frames) {
		_ = w.flush(in)
	}
	return p.frames[p.used]
}

// goOn sends the next batch of the datagram that has waited longest, and
// returns how many fragments it had.
func (w *Worker) goOn() (n int, err error) {
	p := &w.pieces
	if len(p.waiting) == 0 {
		return 0, nil
	}
	first := &p.waiting[0]
	w.emit(&first.joined, first.in, first.out)
	n = p.used
	err = w.flush(first.in)
	if first.whole.Fragments == 0 {
		p.spare = append(p.spare, first.joined)
		p.waiting = append(p.waiting[:0], p.waiting[1:]...)
	}
	w.shown.set(&w.tally)
	return n, err
}
