package appliance

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"sallyport/appliance/control"
	"sallyport/appliance/history"
	"sallyport/conf"
)

// commits is what is known of changes that are kept. Its lock is held while one
// is made, and before Appliance.changing.
type commits struct {
	mu      sync.Mutex
	store   *history.Store // nil: there is no file
	pending *unconfirmed
	note    string // what a start has made of the run before
}

var (
	errNoCommits = &control.ConfigError{Message: "it was started without a file, by --inside and --outside: there is nothing that a commit could be kept in; start it with --config"}
	errPending   = &control.ConfigError{Message: "a commit waits to be confirmed: confirm it, or take it back by rollback"}
	errNoPending = &control.ConfigError{Message: "no commit waits to be confirmed"}
)

// Commit implements control.Backend.
func (a *Appliance) Commit(o control.Commit, by control.Peer) (control.Committed, error) {
	return a.committed("commit", by, func() (control.Committed, error) {
		c, err := a.candidate(o.Files)
		if err != nil {
			return control.Committed{}, err
		}
		e := entryOf("commit", o.Comment, by)
		e.Files = c.files
		done, err := a.commit(c.settings, e, time.Duration(o.Confirm)*time.Second, o.Yes)
		return done, c.named(err)
	})
}

// committed makes a change that is kept, one at a time, and logs what became of
// it.
func (a *Appliance) committed(what string, by control.Peer, change func() (control.Committed, error)) (control.Committed, error) {
	began := time.Now()
	a.committing.mu.Lock()
	defer a.committing.mu.Unlock()
	done, err := control.Committed{}, error(errNoCommits)
	if a.committing.store != nil {
		done, err = change()
	}
	if err != nil {
		a.logRefused(what, err, by)
		return done, err
	}
	done.Milliseconds = time.Since(began).Milliseconds()
	by.Log(a.log.Info()).Int("number", done.Number).Str("state", done.State).Uint32("generation", done.Policy.Generation).
		Int("rules", done.Policy.Rules).Msg(what)
	for _, w := range done.Warnings {
		a.log.Warn().Msg(w)
	}
	return done, nil
}

// commit puts s in force, which the files of e say, for good or until it is
// confirmed. It holds the lock.
func (a *Appliance) commit(s *conf.Settings, e history.Entry, confirm time.Duration, yes bool) (control.Committed, error) {
	if a.committing.pending != nil {
		return control.Committed{}, errPending
	}
	base, keptErr := a.base()
	if confirm > 0 {
		return a.try(s, e, base, keptErr, confirm)
	}
	return a.settle(s, e, base, keptErr, yes)
}

// settle puts s in force for good: what the next start reads is it too, or it is
// taken back.
func (a *Appliance) settle(s *conf.Settings, e, base history.Entry, keptErr error, yes bool) (control.Committed, error) {
	was := a.inForce.Load().read
	c, err := a.change(s, control.Consent{Yes: yes})
	if err != nil {
		return control.Committed{}, err
	}
	e.State = history.Confirmed
	n, err := a.keep(e, base, keptErr)
	if writeErr := history.Write(e.Files, base.Files); writeErr != nil {
		return control.Committed{}, a.takeBack(was, n, writeErr)
	}
	done := answer(c, n, history.Confirmed)
	if n > 0 {
		err = errors.Join(err, a.committing.store.Release())
	}
	return a.remark(done, err, s, e.Files), nil
}

// takeBack takes back a commit whose files cannot be written: what is in force and
// what the next start reads must not differ. The disk may be full, so its entry is
// removed, which needs no room.
func (a *Appliance) takeBack(was *conf.Settings, n int, why error) error {
	_, err := a.putBack(was)
	if err = errors.Join(err, a.forget(n)); err != nil {
		return &halfDone{fmt.Errorf("it cannot be written: %w; and it cannot all be taken back: %w", why, err)}
	}
	return &control.ConfigError{Message: fmt.Sprintf("nothing was changed, because it cannot be written: %v", why)}
}

// halfDone is of a change that came about in part.
type halfDone struct{ error }

func (h *halfDone) Unwrap() error { return h.error }

func answer(c *configuration, n int, state history.State) control.Committed {
	done := control.Committed{Number: n, State: string(state), Policy: c.status()}
	for _, w := range c.settings.Warnings {
		done.Warnings = append(done.Warnings, w.String())
	}
	return done
}

// remark adds what did not hinder a change, and somebody should know.
func (a *Appliance) remark(done control.Committed, kept error, s *conf.Settings, files []history.File) control.Committed {
	if kept != nil {
		done.Warnings = append(done.Warnings, fmt.Sprintf("it is in force, and not in the history: %v", kept))
	}
	for _, name := range a.from.strays(s, files) {
		done.Warnings = append(done.Warnings, fmt.Sprintf("%s: the next start would read something else than what is in force", name))
	}
	return done
}
