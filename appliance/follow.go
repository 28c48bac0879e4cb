package appliance

import (
	"context"
	"fmt"
	"reflect"

	"sallyport/appliance/plumbing"
	"sallyport/netstack"
)

// watch keeps the firewall in step with its interfaces until ctx is done.
func (a *Appliance) watch(ctx context.Context) {
	if err := a.plumbing.Watch(ctx, a.follow); err != nil {
		a.fail(fmt.Errorf("the interfaces cannot be watched: %w", err))
	}
}

// follow is called when an interface's addresses, routes or MTU have changed.
// The policy is compiled again for them; sessions go on.
func (a *Appliance) follow(links [netstack.Sides]plumbing.Link, err error) {
	if err == nil {
		err = a.adapt()
	}
	if err != nil {
		a.log.Warn().Err(err).Msg("an interface has changed and cannot be followed; nothing passes what is missing")
		return
	}
	for side, l := range links {
		if l.Name != "" {
			a.log.Info().Stringer("side", netstack.Side(side)).Str("interface", l.Name).Int("mtu", l.MTU).
				Str("addresses", list(l.Addresses, -1)).Msg("interface changed: followed")
		}
	}
}

// adapt brings families, rule set and sizes up to date.
func (a *Appliance) adapt() error {
	spec, err := plumbingSpec(a.settings)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(spec, a.spec) {
		if err := a.plumbing.Update(spec); err != nil {
			return err
		}
		a.spec = spec
	}
	return a.loadPolicy()
}
