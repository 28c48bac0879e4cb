package appliance

import (
	"context"
	"time"

	"github.com/rs/zerolog"

	"sallyport/appliance/forward"
	"sallyport/netstack"
	"sallyport/state"
)

// unloggedEvery is how often, at most, the log says how many lines it was
// spared.
const unloggedEvery = 10 * time.Second

// notices writes what the workers report until ctx is done.
func (a *Appliance) notices(ctx context.Context) {
	tick := time.NewTicker(unloggedEvery)
	defer tick.Stop()
	var told, exhausted uint64
	for {
		select {
		case <-ctx.Done():
			return
		case n := <-a.reports.C:
			a.notice(&n)
		case <-tick.C:
			t := a.tally()
			if t.Unlogged > told {
				a.log.Info().Uint64("packets", t.Unlogged-told).Msg("more was refused than is logged line by line")
				told = t.Unlogged
			}
			exhausted = a.alarm(&t, exhausted)
		}
	}
}

func (a *Appliance) notice(n *forward.Notice) {
	switch {
	case n.Fault != nil:
		a.log.Error().Interface("fault", n.Fault).Bytes("stack", n.Stack).Msg("a fault while deciding packets; they were dropped")
	case n.Reason != netstack.ReasonNone:
		a.refused(n)
	case n.Event == state.Opened:
		a.where(a.log.Info(), n).Uint64("session", n.Session).Msg("session opened")
	case n.Event == state.PassedBy:
		a.where(a.log.Info(), n).Msg("passed without a session")
	}
}

// refused logs a packet that did not pass, and what of the session it belies.
func (a *Appliance) refused(n *forward.Notice) {
	e := a.where(a.log.Info(), n).Stringer("reason", n.Reason)
	if n.Condition != state.NoCondition {
		e = e.Stringer("condition", n.Condition)
	}
	if n.Session != 0 {
		e = e.Uint64("session", n.Session)
	}
	e.Msg(refusal(n.Verdict))
}

func refusal(v netstack.Verdict) string {
	if v == netstack.Reject {
		return "rejected"
	}
	return "dropped"
}

// where adds what places a packet: its side, its flow if it had one, and the
// rule that decided.
func (a *Appliance) where(e *zerolog.Event, n *forward.Notice) *zerolog.Event {
	e = e.Stringer("in", n.In)
	if !n.Flow.Src.IsZero() {
		e = e.Stringer("flow", n.Flow)
	}
	if n.Rule != forward.NoRule {
		e = e.Str("rule", a.ruleName(n.Generation, n.Rule))
	}
	if n.Fragments > 0 {
		e = e.Int("fragments", n.Fragments)
	}
	return e
}
