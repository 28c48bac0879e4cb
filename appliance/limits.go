package appliance

import (
	"sallyport/appliance/control"
	"sallyport/netstack"
	"sallyport/state"
)

// ruleLimit is a limit with what is counted under it.
func (a *Appliance) ruleLimit(l *state.Limit) *control.RuleLimit {
	if l == nil {
		return nil
	}
	s := a.table.LedgerStats(l.Ledger)
	r := &control.RuleLimit{
		Sessions: s.Sessions, MaxSessions: l.Sessions, HalfOpen: s.HalfOpen, MaxHalfOpen: l.HalfOpen,
		MaxPerSource: l.PerSource, RatePerSource: l.Rate.Sessions, RateSeconds: l.Rate.Per.Seconds(),
		Refused: map[string]uint64{},
	}
	if l.PerSource > 0 || l.Rate.Sessions > 0 {
		r.Sources = s.Sources
	}
	for reason, n := range s.Refused {
		if n > 0 {
			r.Refused[netstack.Reason(reason).String()] = n
		}
	}
	return r
}
