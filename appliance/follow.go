package appliance

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"sallyport/appliance/plumbing"
	"sallyport/conf"
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

// adapt makes the configuration in force fit the interfaces as they are now.
func (a *Appliance) adapt() error {
	a.changing.Lock()
	defer a.changing.Unlock()
	c, err := a.install(a.inForce.Load().read, nil)
	if err == nil {
		a.force(c)
	}
	return err
}

// install makes a configuration of settings, and the plumbing what it needs. It
// is to be put in force then; after an error the plumbing is what it was. allow,
// unless nil, is asked before anything is changed.
func (a *Appliance) install(s *conf.Settings, allow func(*configuration) error) (*configuration, error) {
	was, now := a.inForce.Load(), a.holding(s, wallClock())
	spec, err := plumbingSpec(now.settings)
	if err != nil {
		return nil, err
	}
	c, err := a.build(now, spec, was)
	if err == nil && allow != nil {
		err = allow(c)
	}
	if err != nil || reflect.DeepEqual(spec, was.spec) {
		return c, err
	}
	if err = a.plumbing.Update(spec); err == nil {
		// The box may have got an address by it.
		c, err = a.build(now, spec, c)
	}
	if err != nil {
		return nil, errors.Join(err, a.plumbing.Update(was.spec))
	}
	return c, nil
}
