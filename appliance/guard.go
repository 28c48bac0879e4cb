package appliance

import (
	"time"

	"sallyport/appliance/control"
	"sallyport/netstack"
)

func (a *Appliance) guardStatus(side netstack.Side) control.GuardStatus {
	g := a.table.Guard(side)
	s := control.GuardStatus{On: g.On, Start: g.Start, HalfOpen: g.HalfOpen, Refused: g.Refused}
	if g.Since != 0 {
		s.Since = a.wall(g.Since).Truncate(time.Second)
	}
	return s
}

// tellGuard says that a side has come under guard, and that it is so no more;
// told is which are, as was said last.
func (a *Appliance) tellGuard(told *[netstack.Sides]bool) {
	for side := range netstack.Side(netstack.Sides) {
		g := a.table.Guard(side)
		switch {
		case g.On == told[side]:
			continue
		case g.On:
			a.log.Warn().Stringer("in", side).Int("half_open", g.HalfOpen).Int("syn_guard", g.Start).
				Msg("a flood of SYNs: only sources that show that they are there may begin TCP sessions")
		default:
			a.log.Warn().Stringer("in", side).Int("half_open", g.HalfOpen).Uint64("refused_since_start", g.Refused).
				Msg("the flood of SYNs is over: everybody may begin TCP sessions again")
		}
		told[side] = g.On
	}
}
