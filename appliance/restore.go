package appliance

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"sallyport/appliance/control"
	"sallyport/appliance/durable"
	"sallyport/netstack"
	"sallyport/state"
)

// takeUp restores the sessions of the run before, and sees to it that they are
// saved when this one stops. It never fails: without its sessions a firewall is
// as safe as with them. The policy is in force already, and no packet has come
// yet: one of an old conversation must find its session.
func (a *Appliance) takeUp() error {
	path := a.settings().State.Snapshot
	if path == "" {
		return nil
	}
	a.snapshot.update(func(s *control.SnapshotStatus) { s.File = path })
	err := a.restore(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		a.log.Info().Str("file", path).Msg("no snapshot of sessions yet")
	case errors.Is(err, state.ErrForeign), errors.Is(err, durable.ErrIrregular):
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
	f, size, err := durable.Open(path)
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

// restored is the generation of sessions from a snapshot: older than any, so
// that they are judged by the policy in force, which may be another than they
// were let in by, whatever has kept its name.
const restored = 0

// known is what the policy in force makes of the sessions of a snapshot.
func (a *Appliance) known() state.Known {
	c := a.inForce.Load()
	pol, spec, n := c.policy, &c.settings.Policy, c.numbers()
	a.rules.put(restored, pol.Rules.Labels())
	return state.Known{
		Generation:  restored,
		Rule:        func(name string) (uint32, bool) { n, ok := n.rules[name]; return n, ok },
		Translation: func(name string) (uint16, bool) { n, ok := n.translations[name]; return n, ok },
		Limit:       func(rule uint32) *state.Limit { return pol.LimitOf(spec.Rules[rule].Limit) },
		Fits: func(rule uint32, original, reply *netstack.FlowKey, f state.Flags) (state.TermsID, bool) {
			terms := pol.TermsOf(spec.Rules[rule].Terms, reply.Proto, reply.SrcPort)
			return terms, pol.Rules.Carries(original, reply, f&state.SourceNAT != 0)
		},
	}
}
