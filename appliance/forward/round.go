package forward

import (
	"runtime/debug"

	"sallyport/netstack"
	"sallyport/state"
)

// round takes what is waiting on one side, decides it and sends it on. It
// returns how many frames it took.
func (w *Worker) round(in netstack.Side) (int, error) {
	n, err := w.links[in].Receive(w.frames)
	if n == 0 || err != nil {
		return n, err
	}
	w.decide(in, w.frames[:n])
	err = w.flush(in)
	w.tally.Batches++
	w.shown.set(&w.tally)
	return n, err
}

// decide sorts the frames into w.out. If it panics, what was not yet decided is
// dropped and counted as internal: the firewall stays up and stays closed.
func (w *Worker) decide(in netstack.Side, frames []*netstack.Frame) {
	now, done := w.clock(), 0
	defer w.due.settle()
	w.found = now
	defer func() {
		if fault := recover(); fault != nil {
			w.tally.Refused[in][netstack.Internal] += uint64(len(frames) - done)
			w.lane.joined.whole.Discard()
			w.fault(in, now, fault)
		}
	}()
	w.lane.lookAhead(in, frames)
	for i, f := range frames {
		var o Outcome
		w.lane.decide(i, in, f, w.answers[i], now, &o)
		w.count(in, now, &o)
		w.tell(in, now, &o)
		switch {
		case o.Verdict != netstack.Pass:
		case o.Fragments > 0:
			w.release(in, o.Out)
		default:
			w.out[o.Out] = append(w.out[o.Out], f)
		}
		if o.Reply {
			w.tally.Answers++
			w.out[in] = append(w.out[in], w.answers[i])
		}
		done++
	}
}

// flush sends what is to leave, by either side.
func (w *Worker) flush(in netstack.Side) (err error) {
	for side := range netstack.Side(netstack.Sides) {
		if e := w.send(in, side); e != nil && err == nil {
			err = e
		}
	}
	w.pieces.used = 0
	return err
}

// send hands over what is to leave by side, merged as far as its device takes
// super-packets.
func (w *Worker) send(in, side netstack.Side) error {
	if len(w.out[side]) == 0 {
		return nil
	}
	refused, err := w.links[side].Send(w.mergers[side].Merge(w.out[side]))
	w.tally.Refused[in][netstack.QueueFull] += uint64(refused)
	w.out[side] = w.out[side][:0]
	return err
}

func (w *Worker) count(in netstack.Side, now state.Instant, o *Outcome) {
	switch p := w.lane.Packet(); {
	case o.Verdict == netstack.Hold:
	case o.Verdict != netstack.Pass:
		n := uint64(max(1, o.Fragments))
		w.tally.Refused[in][o.Reason] += n
		w.charge(o, n, uint64(max(p.Len(), o.Bytes)))
		if o.Reason == netstack.Asymmetric {
			w.lane.engine.asymmetric.note(w.lane.Flow(), now)
		}
	case o.Fragments > 0:
		w.tally.Passed[in] += uint64(o.Fragments)
		w.tally.Bytes[in] += uint64(o.Bytes)
		w.charge(o, uint64(o.Fragments), uint64(o.Bytes))
	default:
		w.tally.Passed[in] += uint64(p.Segments())
		w.tally.Bytes[in] += uint64(p.Len())
		w.charge(o, uint64(p.Segments()), uint64(p.Len()))
	}
}

// tell reports what the log may want to know of a packet.
func (w *Worker) tell(in netstack.Side, now state.Instant, o *Outcome) {
	if o.Reason == netstack.ReasonNone && o.Event != state.Opened && o.Event != state.PassedBy {
		return
	}
	n := Notice{At: now, Flow: *w.lane.Flow(), In: in, Verdict: o.Verdict, Reason: o.Reason, Condition: o.Condition,
		Event: o.Event, Rule: o.Rule, Generation: o.Generation, Session: o.Session, Fragments: o.Fragments}
	pol := w.lane.engine.Load()
	if pol.vanishes(o.Reason) {
		return
	}
	if !w.report.report(n) {
		w.tally.Unlogged++
	}
}

// fault reports a panic, with the stack, through the same limited channel.
func (w *Worker) fault(in netstack.Side, now state.Instant, what any) {
	n := Notice{At: now, In: in, Reason: netstack.Internal, Rule: NoRule, Fault: what, Stack: debug.Stack()}
	if !w.report.report(n) {
		w.tally.Unlogged++
	}
}
