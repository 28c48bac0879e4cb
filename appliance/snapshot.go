package appliance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"

	"sallyport/appliance/control"
	"sallyport/netstack"
	"sallyport/state"
)

// snapshot is what became of the file that the sessions are kept in.
type snapshot struct {
	mu     sync.Mutex
	status control.SnapshotStatus
}

func (s *snapshot) update(f func(*control.SnapshotStatus)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.status)
}

func (s *snapshot) get() control.SnapshotStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status
}

// takeUp restores the sessions of the run before, and sees to it that they are
// saved when this one stops. It never fails: without its sessions a firewall is
// as safe as with them. The policy is in force already, and no packet has come
// yet: one of an old conversation must find its session.
func (a *Appliance) takeUp() error {
	path := a.settings.State.Snapshot
	if path == "" {
		return nil
	}
	a.snapshot.update(func(s *control.SnapshotStatus) { s.File = path })
	err := a.restore(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		a.log.Info().Str("file", path).Msg("no snapshot of sessions yet")
	case errors.Is(err, state.ErrForeign):
		a.log.Error().Str("file", path).Msg("this is not a snapshot of sessions: it is left alone, and nothing will be saved; name another file as snapshot in [state]")
		a.snapshot.update(func(s *control.SnapshotStatus) { s.Refused = err.Error() })
		return nil
	case err != nil:
		a.refuseSnapshot(path, err)
	default:
		// The file says that no packet passed after it, and now some will.
		a.trySave()
	}
	a.saving = true
	a.onStop(a.saveLast)
	return nil
}

func (a *Appliance) restore(path string) error {
	f, size, err := openSnapshot(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := a.table.Restore(f, size, a.moment(), a.known())
	if err == nil {
		a.reportRestored(path, &r)
	}
	return err
}

// reportRestored says how many sessions live on, and why others do not.
func (a *Appliance) reportRestored(path string, r *state.Restoration) {
	e := a.log.Info().Str("file", path).Dur("away", r.Away)
	for o, n := range r.Count {
		if n > 0 {
			e = e.Int(strings.ReplaceAll(state.Omission(o).String(), " ", "_"), n)
		}
	}
	e.Msg("sessions restored")
	a.snapshot.update(func(s *control.SnapshotStatus) {
		s.Restored = r.Count[state.Restored]
		for _, n := range r.Count[state.Restored+1:] {
			s.LeftOut += n
		}
	})
}

// refuseSnapshot puts a file aside that cannot be used, for whoever wants to
// know why.
func (a *Appliance) refuseSnapshot(path string, why error) {
	e, aside := a.log.Warn().Err(why).Str("file", path), path+".refused"
	if err := os.Rename(path, aside); err == nil {
		e = e.Str("kept_as", aside)
	}
	e.Msg("the snapshot cannot be used; starting without sessions, and saving anew")
	a.snapshot.update(func(s *control.SnapshotStatus) { s.Refused = why.Error() })
}

// known is what the policy in force makes of the sessions of a snapshot.
func (a *Appliance) known() state.Known {
	pol, spec := a.engine.Load(), &a.settings.Policy
	rules, translations := make(map[string]uint32), make(map[string]uint16)
	for i, r := range spec.Rules {
		if r.Action == netstack.Pass {
			rules[r.Name] = uint32(i)
		}
	}
	for i, n := range spec.NAT {
		translations[n.Name] = uint16(i + 1)
	}
	return state.Known{
		Generation:  pol.Generation,
		Rule:        func(name string) (uint32, bool) { n, ok := rules[name]; return n, ok },
		Translation: func(name string) (uint16, bool) { n, ok := translations[name]; return n, ok },
		Fits: func(rule uint32, original, reply *netstack.FlowKey, f state.Flags) (state.TermsID, bool) {
			terms := pol.TermsOf(spec.Rules[rule].Terms, reply.Proto, reply.SrcPort)
			return terms, pol.Rules.Carries(original, reply, f&state.SourceNAT != 0)
		},
	}
}

func (a *Appliance) moment() state.Moment { return state.Moment{Instant: a.now(), Wall: time.Now()} }

// saveEvery saves the sessions at intervals until ctx is done.
func (a *Appliance) saveEvery(ctx context.Context, interval time.Duration) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			a.trySave()
		}
	}
}

// trySave saves, and logs a failure once, however often it is repeated.
func (a *Appliance) trySave() {
	before := a.snapshot.get().Error
	if err := a.save(!lastSave); err != nil && err.Error() != before {
		a.log.Error().Err(err).Msg("the sessions cannot be saved; a restart would lose them")
	}
}

// saveLast saves when no packet passes any more, and before the doors are gone.
func (a *Appliance) saveLast() error {
	err := a.save(lastSave)
	if err == nil && a.snapshot.get().Sessions > 0 {
		a.hold()
	}
	return err
}

// lastSave is when the workers have stopped.
const lastSave = true

// save writes the sessions of now.
func (a *Appliance) save(last bool) error {
	path, at, saved := a.settings.State.Snapshot, a.moment(), 0
	err := writeSnapshot(path, func(w io.Writer) (err error) {
		saved, err = a.table.Save(w, at, last, a.names())
		return err
	})
	if err != nil {
		err = fmt.Errorf("snapshot %s: %w", path, err)
		a.snapshot.update(func(s *control.SnapshotStatus) { s.Error = err.Error() })
		return err
	}
	a.snapshot.update(func(s *control.SnapshotStatus) { s.Written, s.Sessions, s.Error = at.Wall.UTC(), saved, "" })
	return nil
}

func (a *Appliance) names() state.Names {
	return state.Names{Rule: a.ruleName, Translation: a.natName}
}
