package appliance

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"sallyport/appliance/control"
	"sallyport/appliance/forward"
	"sallyport/appliance/plumbing"
	"sallyport/conf"
	"sallyport/netstack"
	"sallyport/netstack/tun"
	"sallyport/state"
)

// Appliance is one firewall between two networks, in the network namespace it
// is run in.
type Appliance struct {
	log     zerolog.Logger
	version string
	started time.Time

	inForce    atomic.Pointer[configuration]
	changing   sync.Mutex // held by who makes another configuration of the one in force
	generation uint32     // of the policy made last; guarded by changing
	from       Source
	committing commits
	changed    chan struct{} // there is a new policy, and sessions of earlier ones
	reported   atomic.Uint64 // sessions that a policy in force would not let in, and that go on

	table   *state.Table
	engine  *forward.Engine
	reports *forward.Notices
	rules   ruleNames

	snapshot snapshot
	saving   bool // the sessions are to be saved

	mu       sync.Mutex // guards what follows, which the control socket reads
	plumbing *plumbing.Plumbing
	devices  [netstack.Sides]*tun.Device
	workers  []*forward.Worker
	ready    atomic.Bool

	lostEnds uint64 // of the sweep alone

	failed chan error // from workers and the control server
	undo   []func() error
}

// New returns an appliance with these settings, which come from there, that runs
// nothing yet.
func New(s *conf.Settings, from Source, log zerolog.Logger, version string) *Appliance {
	table := state.NewTable(state.Limits{MaxSessions: s.State.MaxSessions}, s.State.Terms[0].Timeouts, state.NewSeed())
	a := &Appliance{
		log: log, version: version, started: time.Now(), from: from,
		table: table, engine: forward.NewEngine(table, state.NewFragments(s.State.Fragments, state.NewSeed())),
		reports: forward.NewNotices(s.Log.DropsPerSecond),
		failed:  make(chan error, 1), changed: make(chan struct{}, 1),
	}
	now := a.holding(s, wallClock())
	a.inForce.Store(&now)
	a.committing.store = from.history(s)
	return a
}

// settings are those in force.
func (a *Appliance) settings() *conf.Settings { return a.inForce.Load().settings }

// Run forwards until ctx is done, and then returns nil, or until something
// without which it cannot go on fails. When it returns, everything it made is
// removed and everything it changed is restored.
//
// The order of the stages is what makes it fail closed: the doors are shut
// first and opened last.
func (a *Appliance) Run(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, a.stop()) }()
	for _, stage := range []func() error{
		a.shutDoors, a.openDevices, a.recount, a.loadPolicy, a.takeUp, a.startWorkers, a.listen, a.openDoors, a.startHousekeeping,
	} {
		if err := stage(); err != nil {
			return err
		}
	}
	a.ready.Store(true)
	a.announce()
	select {
	case <-ctx.Done():
		a.log.Info().Msg("stopping")
		return nil
	case err := <-a.failed:
		return err
	}
}

// onStop has f called when the appliance stops; what was started last is
// stopped first.
func (a *Appliance) onStop(f func() error) { a.undo = append(a.undo, f) }

func (a *Appliance) stop() error {
	a.ready.Store(false)
	var errs []error
	for i := len(a.undo) - 1; i >= 0; i-- {
		errs = append(errs, a.undo[i]())
	}
	a.undo = nil
	return errors.Join(errs...)
}

// fail ends Run with err, if nothing has ended it yet.
func (a *Appliance) fail(err error) {
	select {
	case a.failed <- err:
	default:
	}
}

// now is the time as the session table counts it.
func (a *Appliance) now() state.Instant { return state.Instant(time.Since(a.started)) }

// wall is the time of day of an instant.
func (a *Appliance) wall(i state.Instant) time.Time { return a.started.Add(time.Duration(i)).UTC() }

func (a *Appliance) listen() error {
	s := control.New(a, a.log)
	if err := s.Listen(a.settings().Control.Socket, a.settings().Control.Group); err != nil {
		return fmt.Errorf("control socket: %w", err)
	}
	go func() {
		if err := s.Serve(); err != nil {
			a.fail(fmt.Errorf("control socket: %w", err))
		}
	}()
	a.onStop(s.Close)
	return nil
}
