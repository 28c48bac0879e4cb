package appliance

import (
	"context"
	"time"

	"sallyport/appliance/forward"
	"sallyport/netstack"
	"sallyport/state"
)

// Reaping goes through the whole table in less than a minute, in steps small
// enough not to hold a packet up: a microsecond, and thirty if all that one meets
// has expired, in a table of millions.
const (
	sweepEvery = 10 * time.Millisecond
	sweepStep  = 16
	sweepWhole = 40 * time.Second
)

// sweepSteps is how many steps every sweepEvery a table of so many sessions
// takes.
func sweepSteps(sessions int) int {
	const records = sweepStep * int(sweepWhole/sweepEvery) // that one step each time gets through
	return (sessions + records - 1) / records
}

// sweep reaps expired sessions and logs ended ones until ctx is done.
func (a *Appliance) sweep(ctx context.Context) {
	ended, steps := make([]state.Ended, 64), sweepSteps(a.table.Stats().MaxSessions)
	guarded := [netstack.Sides]bool{}
	fragments := forward.NewFragmentSweep(a.engine, a.reports)
	every(ctx, sweepEvery, func() {
		for range steps {
			a.table.Sweep(a.now(), sweepStep)
		}
		fragments.Sweep(a.now())
		a.tellGuard(&guarded)
		a.logEnded(ended)
	})
}

func (a *Appliance) logEnded(buf []state.Ended) {
	n, lost := a.table.Ended(buf)
	for i := range buf[:n] {
		e := &buf[i]
		a.log.Info().Uint64("session", e.ID).Stringer("flow", e.Original).
			Str("rule", a.ruleName(e.Generation, e.Rule)).Stringer("cause", e.Cause).
			Dur("lasted", time.Duration(e.LastSeen-e.Started)).
			Uints64("packets", e.Packets[:]).Uints64("bytes", e.Bytes[:]).Msg("session ended")
	}
	if lost > a.lostEnds {
		a.log.Warn().Uint64("sessions", lost-a.lostEnds).Msg("more sessions ended than could be logged")
		a.lostEnds = lost
	}
}
