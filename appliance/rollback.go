package appliance

import (
	"fmt"
	"time"

	"sallyport/appliance/control"
	"sallyport/appliance/history"
)

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
		s, err := a.from.parse(e.Files)
		if err != nil {
			return control.Committed{}, err
		}
		return a.commit(s, again, time.Duration(o.Confirm)*time.Second, o.Yes)
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
	c, err := a.putBack(s)
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
