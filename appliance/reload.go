package appliance

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"sallyport/appliance/control"
	"sallyport/appliance/doctor"
	"sallyport/appliance/plumbing"
	"sallyport/conf"
)

var (
	errNotUp  = errors.New("the firewall is starting or stopping; try again")
	errNoFile = &control.ConfigError{Message: "it was started without a file, by --inside and --outside: there is nothing to read again"}
)

// Reload implements control.Backend: it reads the file again and puts what it
// says in force, all of it or nothing. No packet is held up and no session ends
// by it.
func (a *Appliance) Reload(o control.Consent, by control.Peer) (control.Reloaded, error) {
	began := time.Now()
	a.committing.mu.Lock()
	defer a.committing.mu.Unlock()
	before := a.inForce.Load()
	c, err := a.reload(o)
	if err != nil {
		a.logRefused("reload", err, by)
		return control.Reloaded{}, err
	}
	r := control.Reloaded{Policy: c.status(), Milliseconds: time.Since(began).Milliseconds()}
	for _, w := range c.settings.Warnings {
		r.Warnings = append(r.Warnings, w.String())
		a.log.Warn().Msg(w.String())
	}
	if err := a.remember(before, by); err != nil {
		r.Warnings = append(r.Warnings, fmt.Sprintf("it is in force, and not in the history: %v", err))
		a.log.Warn().Err(err).Msg("the configuration is in force, and not in the history")
	}
	by.Log(a.log.Info()).Uint32("generation", r.Policy.Generation).Int("rules", r.Policy.Rules).
		Dur("took_ms", time.Since(began)).Msg("configuration reloaded")
	return r, nil
}

func (a *Appliance) reload(o control.Consent) (*configuration, error) {
	if a.committing.pending != nil {
		return nil, errPending
	}
	s, err := a.readFile()
	if err != nil {
		return nil, err
	}
	return a.change(s, o)
}

// readFile reads the file as it is on disk.
func (a *Appliance) readFile() (*conf.Settings, error) {
	if a.from.Read == nil {
		return nil, errNoFile
	}
	s, err := a.from.Read()
	var missing *fs.PathError
	if errors.As(err, &missing) {
		err = &control.ConfigError{Message: err.Error()}
	}
	return s, err
}

// change puts settings in force, or changes nothing.
func (a *Appliance) change(s *conf.Settings, o control.Consent) (*configuration, error) {
	return a.swap(s, func(c *configuration) error {
		return cmp.Or(examine(c), keepsLogins(a.inForce.Load().spec, c.spec, o))
	})
}

// putBack puts settings in force that were so before, or changes nothing. Whether
// their tests pass is not asked, as it was not when they were started with: who
// waits for them may have locked himself out.
func (a *Appliance) putBack(s *conf.Settings) (*configuration, error) { return a.swap(s, nil) }

// swap is change with what else there may be against it; allow is as install has it.
func (a *Appliance) swap(s *conf.Settings, allow func(*configuration) error) (*configuration, error) {
	a.changing.Lock()
	defer a.changing.Unlock()
	if !a.ready.Load() {
		return nil, errNotUp
	}
	if err := wantRestart(a.inForce.Load().settings, s); err != nil {
		return nil, err
	}
	c, err := a.install(s, allow)
	if err != nil {
		return nil, err
	}
	a.follows(&s.Log)
	a.force(c)
	return c, nil
}

// follows makes the log what the settings say.
func (a *Appliance) follows(l *conf.Log) {
	if level, err := zerolog.ParseLevel(l.Level); err == nil {
		zerolog.SetGlobalLevel(level)
	}
	a.reports.SetRate(l.DropsPerSecond)
}

// keepsLogins refuses to cut off a login session that lives now.
func keepsLogins(was, is plumbing.Spec, o control.Consent) error {
	if o.Yes || slices.Equal(was.Self, is.Self) {
		return nil
	}
	lines := doctor.Lockout(interfaces(is), func(l doctor.Login) bool { return admits(is, l) || !admits(was, l) })
	if len(lines) == 0 {
		return nil
	}
	return &control.ConfigError{Message: "nothing was changed, because it would cut off " + strings.Join(lines, ", and ") +
		"; allow it by a rule with to = \"self\", or say --yes"}
}

// logRefused says what is wrong, a line each.
func (a *Appliance) logRefused(what string, err error, by control.Peer) {
	var faults conf.Errors
	if errors.As(err, &faults) {
		for _, f := range faults {
			a.log.Error().Err(f).Msg("fault in the configuration")
		}
		by.Log(a.log.Error()).Int("faults", len(faults)).Msg(what + " refused: nothing was changed")
		return
	}
	result := " refused: nothing was changed"
	if half := new(halfDone); errors.As(err, &half) {
		result = " failed, and is not all taken back"
	}
	by.Log(a.log.Error()).Err(err).Msg(what + result)
}
