package appliance

import (
	"errors"
	"fmt"
	"strings"

	"sallyport/appliance/history"
	"sallyport/conf"
)

// Recovered is what a start has made of a commit that was not final when the run
// before ended.
type Recovered struct {
	Entry history.Entry
	// Finished: it was to stay, and its files were written to the end. Otherwise
	// the configuration before it is back.
	Finished bool
	Left     []string // files that somebody has written since, and that were left
}

func (r *Recovered) String() string {
	e := &r.Entry
	s := fmt.Sprintf("%s %d of user %s was not confirmed when the last run ended: the configuration before it is back", e.What, e.Number, e.User)
	if r.Finished {
		s = fmt.Sprintf("the files of %s %d had not all been written when the last run ended: they are now", e.What, e.Number)
	}
	if len(r.Left) > 0 {
		s += "; left as they are, and not in force: " + strings.Join(r.Left, ", ")
	}
	return s
}

// Recover returns the settings to start with: those that were read, or could not
// be because of err, unless a commit was not final when the run before ended.
// Then it is undone first, or its files are written to the end.
func (f Source) Recover(s *conf.Settings, err error) (*conf.Settings, *Recovered, error) {
	store := f.history(s)
	if store == nil {
		return s, nil, err
	}
	p, pendingErr := store.Pending()
	if pendingErr != nil {
		return nil, nil, fmt.Errorf("a commit may not have been confirmed when the last run ended, and which cannot be read: %w; "+
			"see to the file, or remove it to start with what the configuration file says", pendingErr)
	}
	if p == nil {
		return s, nil, err
	}
	return f.recover(store, p)
}

func (f Source) recover(store *history.Store, p *history.Pending) (*conf.Settings, *Recovered, error) {
	e, err := store.Get(p.Entry)
	base, baseErr := store.Get(p.Base)
	if err := errors.Join(err, baseErr); err != nil {
		return nil, nil, fmt.Errorf("what was in force before a commit that was not confirmed cannot be read: %w", err)
	}
	r := &Recovered{Entry: e, Finished: p.Final || e.State == history.Confirmed}
	want, state := base.Files, history.Reverted
	if r.Finished {
		want, state = e.Files, history.Confirmed
		err = history.Write(e.Files, base.Files)
	} else {
		r.Left, err = history.PutBack(e.Files, base.Files)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("after a commit that was not confirmed: %w", err)
	}
	s, err := f.parse(want)
	if err != nil {
		return nil, nil, err
	}
	return s, r, store.Settle(e.Number, state)
}

// SetRecovered says what the start has made of a commit of the run before.
func (a *Appliance) SetRecovered(r *Recovered) { a.committing.note = r.String() }
