package appliance

import (
	"errors"
	"fmt"
	"os/user"
	"strconv"
	"time"

	"sallyport/appliance/control"
	"sallyport/appliance/history"
)

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
		return a.remark(answer(a.inForce.Load(), p.entry.Number, history.Confirmed), err, p.entry.Files), nil
	})
}

// Rollback implements control.Backend.
func (a *Appliance) Rollback(o control.Rollback, by control.Peer) (control.Committed, error) {
	return a.committed("rollback", by, func() (control.Committed, error) {
		if a.committing.pending != nil && o.Number == 0 {
			return a.revert()
		}
		e, err := a.earlier(o.Number)
		if err != nil {
			return control.Committed{}, refusedFor(err)
		}
		again := entryOf("rollback", o.Comment, by)
		if again.Files = e.Files; again.Comment == "" {
			again.Comment = fmt.Sprintf("to %d", e.Number)
		}
		return a.commit(again, time.Duration(o.Confirm)*time.Second, o.Yes)
	})
}

// earlier returns an entry, or what was in force before what is now.
func (a *Appliance) earlier(n int) (history.Entry, error) {
	if n != 0 {
		return a.committing.store.Get(n)
	}
	all, err := a.committing.store.All()
	now := history.Kept(a.inForce.Load().read.Files)
	for _, e := range all {
		if e.State == history.Confirmed && !history.Same(e.Files, now) {
			return e, nil
		}
	}
	if err == nil {
		err = history.ErrNone
	}
	return history.Entry{}, err
}

// revert takes the commit back that waits. The lock is held.
func (a *Appliance) revert() (control.Committed, error) {
	p := a.committing.pending
	s, err := a.from.parse(p.base.Files)
	if err != nil {
		return control.Committed{}, err
	}
	c, err := a.change(s, control.Consent{Yes: true})
	if err != nil {
		return control.Committed{}, err
	}
	left, err := history.PutBack(p.entry.Files, p.base.Files)
	if err == nil {
		err = a.committing.store.Settle(p.entry.Number, history.Reverted)
	}
	a.committing.pending = nil
	done := answer(c, p.entry.Number, history.Reverted)
	for _, name := range left {
		done.Warnings = append(done.Warnings, name+": somebody has written to it since; it is left as it is, and not in force")
	}
	if err != nil {
		done.Warnings = append(done.Warnings, fmt.Sprintf("it is not in force any more, and not all of that is on disk: %v", err))
	}
	return done, nil
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
		if !p.trying {
			a.log.Error().Err(err).Int("number", p.entry.Number).Msg("a commit was not confirmed and cannot be taken back; trying again")
		}
		p.trying = true
		return
	}
	for _, w := range done.Warnings {
		a.log.Warn().Msg(w)
	}
	a.log.Warn().Int("number", p.entry.Number).Str("user", p.entry.User).Uint32("generation", done.Policy.Generation).
		Msg("a commit was not confirmed in time: the configuration before it is back")
}

// History implements control.Backend, the newest first.
func (a *Appliance) History() ([]control.Change, error) {
	if a.committing.store == nil {
		return nil, errNoCommits
	}
	all, err := a.committing.store.All()
	now, found := history.Kept(a.inForce.Load().read.Files), false
	var out []control.Change
	for _, e := range all {
		c := control.Change{Number: e.Number, At: e.At, UID: e.UID, User: e.User, What: e.What, Comment: e.Comment, State: string(e.State)}
		c.InForce = !found && e.State != history.Reverted && history.Same(e.Files, now)
		found = found || c.InForce
		for _, f := range e.Files {
			c.Files = append(c.Files, f.Name)
		}
		out = append(out, c)
	}
	if len(out) > 0 {
		err = nil // what cannot be read is left out
	}
	return out, err
}

// HistoryFiles implements control.Backend.
func (a *Appliance) HistoryFiles(n int) (files []control.File, err error) {
	if a.committing.store == nil {
		return nil, errNoCommits
	}
	e, err := a.committing.store.Get(n)
	for _, f := range e.Files {
		files = append(files, control.File{Name: f.Name, Text: f.Text})
	}
	return files, refusedFor(err)
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

// entryOf is an entry that says who did what.
func entryOf(what, comment string, by control.Peer) history.Entry {
	e := history.Entry{At: time.Now().UTC(), UID: by.UID, User: "SIGHUP", What: what, Comment: comment, State: history.Confirmed}
	if by.PID != 0 {
		e.User = userName(by.UID)
	}
	return e
}

// userName is a user's name, or number if there is none.
func userName(uid uint32) string {
	text := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(text); err == nil {
		return u.Username
	}
	return text
}

// SetRecovered says what the start has made of a commit of the run before.
func (a *Appliance) SetRecovered(r *Recovered) { a.committing.note = r.String() }
