package enforce

import (
	"slices"

	"sallyport/appliance/forward"
	"sallyport/conf"
	"sallyport/state"
)

// limits gives each limit the ledger of its rule's name, in which the rule of
// that name was counted before.
func limits(p *forward.Policy, s *conf.Settings, table *state.Table) error {
	all := slices.Clone(s.Limits)
	for _, r := range s.Policy.Rules {
		if r.Limit == 0 {
			continue
		}
		id, err := table.Ledger(r.Name)
		if err != nil {
			return err
		}
		all[r.Limit-1].Ledger = id
	}
	p.SetLimits(all)
	return nil
}
