package appliance

import (
	"context"
	"sync"
)

// startHousekeeping runs what is not for the workers: to log, to reap, to follow the
// interfaces and the clock, to go over the sessions when there are other rules, to
// take back what nobody confirms, and to save.
func (a *Appliance) startHousekeeping() error {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { a.notices(ctx) })
	running.Go(func() { a.sweep(ctx) })
	running.Go(func() { a.watch(ctx) })
	running.Go(func() { a.keepTime(ctx) })
	running.Go(func() { a.reviseAfterChanges(ctx) })
	running.Go(func() { every(ctx, confirmEvery, a.revertLate) })
	if a.saving {
		running.Go(func() { every(ctx, a.settings().State.SnapshotInterval, a.trySave) })
	}
	a.onStop(func() error {
		cancel()
		running.Wait()
		return nil
	})
	return nil
}
