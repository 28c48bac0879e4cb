package appliance

import (
	"errors"
	"os/user"
	"strconv"
	"time"

	"sallyport/appliance/control"
	"sallyport/appliance/history"
)

// History implements control.Backend, the newest first.
func (a *Appliance) History() ([]control.Change, error) {
	if a.committing.store == nil {
		return nil, errNoCommits
	}
	all, err := a.committing.store.All()
	now, found := history.Kept(a.inForce.Load().read.Files), false
	var out []control.Change
	for _, e := range all {
		c := changeOf(e)
		c.InForce = !found && e.State != history.Reverted && history.Same(e.Files, now)
		found = found || c.InForce
		out = append(out, c)
	}
	if len(out) > 0 {
		err = nil // what cannot be read is left out
	}
	return out, err
}

// changeOf is an entry as a client sees it, but for whether it is in force.
func changeOf(e history.Entry) control.Change {
	c := control.Change{Number: e.Number, At: e.At, UID: e.UID, User: e.User, What: e.What, Comment: e.Comment, State: string(e.State)}
	for _, f := range e.Files {
		c.Files = append(c.Files, f.Name)
	}
	return c
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

// base returns the entry of what is in force, which is kept now if it is not yet.
func (a *Appliance) base() (history.Entry, error) {
	files := history.Kept(a.inForce.Load().read.Files)
	e, err := a.committing.store.Current()
	if err == nil && history.Same(e.Files, files) {
		return e, nil
	}
	e = a.startOf(files)
	if err != nil && !errors.Is(err, history.ErrNone) {
		return e, err
	}
	e.Number, err = a.committing.store.Add(e)
	return e, err
}

// keep adds e to the history, and says that its files are about to be written.
func (a *Appliance) keep(e, base history.Entry, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, err := a.committing.store.Add(e)
	if err == nil {
		err = a.committing.store.Hold(history.Pending{Entry: n, Base: base.Number, Final: true})
	}
	return n, err
}

// remember keeps what a reload has put in force.
func (a *Appliance) remember(before *configuration, by control.Peer) error {
	files := history.Kept(a.inForce.Load().read.Files)
	if a.committing.store == nil || history.Same(files, history.Kept(before.read.Files)) {
		return nil
	}
	_, err := a.committing.store.Current()
	if errors.Is(err, history.ErrNone) {
		_, err = a.committing.store.Add(a.startOf(history.Kept(before.read.Files)))
	}
	if err == nil {
		e := entryOf("reload", "", by)
		e.Files = files
		_, err = a.committing.store.Add(e)
	}
	return err
}

// startOf is an entry that says that the firewall has started with files.
func (a *Appliance) startOf(files []history.File) history.Entry {
	return history.Entry{At: a.started.UTC(), What: "start", User: "-", State: history.Confirmed, Files: files}
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
