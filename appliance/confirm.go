package appliance

import (
	"errors"
	"fmt"
	"time"

	"sallyport/appliance/control"
	"sallyport/appliance/history"
	"sallyport/conf"
)

// unconfirmed is a commit that is in force until it is confirmed or its time is
// over.
type unconfirmed struct {
	entry, base history.Entry
	until       time.Time
	failed      bool // to be taken back, once at least
}

// try puts s in force until it is confirmed. What a start after a crash has to
// know is on disk before.
func (a *Appliance) try(s *conf.Settings, e, base history.Entry, keptErr error, confirm time.Duration) (control.Committed, error) {
	store := a.committing.store
	if keptErr != nil {
		return control.Committed{}, &control.ConfigError{Message: fmt.Sprintf("nothing was changed, because a restart could not take it back: %v; "+
			"name a directory as history in [control], or commit without --confirm", keptErr)}
	}
	e.State = history.Unconfirmed
	n, err := store.Add(e)
	until := time.Now().Add(confirm)
	if err == nil {
		err = store.Hold(history.Pending{Entry: n, Base: base.Number, Until: until.UTC()})
	}
	if err != nil {
		err = errors.Join(err, a.forget(n))
		return control.Committed{}, refusedFor(fmt.Errorf("nothing was changed, because a restart could not take it back: %w", err))
	}
	c, err := a.change(s, control.Consent{Yes: true})
	if err != nil {
		return control.Committed{}, errors.Join(err, a.forget(n))
	}
	e.Number = n
	a.committing.pending = &unconfirmed{entry: e, base: base, until: until}
	done := answer(c, n, history.Unconfirmed)
	done.Until = until.UTC()
	return done, nil
}

// forget removes what is on disk of a commit that did not come about, if there
// is anything. What a start would look for goes first.
func (a *Appliance) forget(n int) error {
	if n == 0 {
		return nil
	}
	return errors.Join(a.committing.store.Release(), a.committing.store.Drop(n))
}

// Confirm implements control.Backend: the commit that waits stays.
func (a *Appliance) Confirm(by control.Peer) (control.Committed, error) {
	return a.committed("confirm", by, func() (control.Committed, error) {
		p, store := a.committing.pending, a.committing.store
		if p == nil {
			return control.Committed{}, errNoPending
		}
		if err := store.Hold(history.Pending{Entry: p.entry.Number, Base: p.base.Number, Final: true}); err != nil {
			return control.Committed{}, fmt.Errorf("it still waits: %w", err)
		}
		if err := history.Write(p.entry.Files, p.base.Files); err != nil {
			hold := store.Hold(history.Pending{Entry: p.entry.Number, Base: p.base.Number, Until: p.until.UTC()})
			return control.Committed{}, fmt.Errorf("it still waits, because it cannot be written: %w", errors.Join(err, hold))
		}
		a.committing.pending = nil
		err := store.Settle(p.entry.Number, history.Confirmed)
		c := a.inForce.Load()
		return a.remark(answer(c, p.entry.Number, history.Confirmed), err, c.read, p.entry.Files), nil
	})
}

// confirmEvery is how late a commit may be taken back.
const confirmEvery = 100 * time.Millisecond

// revertLate takes back what was not confirmed in time.
func (a *Appliance) revertLate() {
	a.committing.mu.Lock()
	defer a.committing.mu.Unlock()
	p := a.committing.pending
	if p == nil || time.Now().Before(p.until) {
		return
	}
	done, err := a.revert()
	if err != nil {
		if !p.failed {
			a.log.Error().Err(err).Int("number", p.entry.Number).Msg("a commit was not confirmed and cannot be taken back; trying again")
		}
		p.failed = true
		return
	}
	for _, w := range done.Warnings {
		a.log.Warn().Msg(w)
	}
	a.log.Warn().Int("number", p.entry.Number).Str("user", p.entry.User).Uint32("generation", done.Policy.Generation).
		Msg("a commit was not confirmed in time: the configuration before it is back")
}

// pendingStatus is the commit that waits, nil if there is none.
func (a *Appliance) pendingStatus() *control.PendingStatus {
	a.committing.mu.Lock()
	defer a.committing.mu.Unlock()
	p := a.committing.pending
	if p == nil {
		return nil
	}
	return &control.PendingStatus{
		Number: p.entry.Number, Until: p.until.UTC(), Left: int64(time.Until(p.until).Seconds()), User: p.entry.User, Comment: p.entry.Comment,
	}
}
