package appliance

import (
	"fmt"
	"io"
	"sync"
	"time"

	"sallyport/appliance/control"
	"sallyport/appliance/durable"
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

func (a *Appliance) moment() state.Moment { return state.Moment{Instant: a.now(), Wall: time.Now()} }

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
	path, at, saved := a.settings().State.Snapshot, a.moment(), 0
	err := durable.Replace(path, func(w io.Writer) (err error) {
		saved, err = a.table.Save(w, at, last, a.names())
		return err
	})
	if err == nil {
		err = a.saveCounters(path)
	}
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
