package conf

import (
	"time"

	"sallyport/netstack"
	"sallyport/policy"
	"sallyport/state"
)

// State is [state].
type State struct {
	MaxSessions int                  // MinSessions to MaxSessions; about 320 bytes each
	SYNGuard    int                  // half-open TCP sessions of a side, 0 to MaxSessions; 0: no guard
	Fragments   state.FragmentLimits // of each side
	// Terms is what sessions live by. The first is what [state] says; the others
	// are what some rule makes of it, and that rule's Terms is the number here.
	Terms []Terms
	// Services are services whose sessions may be idle for a time of their own,
	// unless a rule says otherwise; the first that matches holds.
	Services []ServiceTimeout
	// Rematch is what becomes of sessions that a later policy would not let in:
	// RematchKill, RematchReport or RematchKeep.
	Rematch string
	// Snapshot is the file that sessions are kept in over a restart; "": they are
	// not. It is written at the stop and every SnapshotInterval.
	Snapshot         string
	SnapshotInterval time.Duration
}

// The words for State.Rematch.
const (
	RematchKill   = "kill"   // they end
	RematchReport = "report" // they are logged and counted, and go on
	RematchKeep   = "keep"   // they go on
)

// Terms is a profile with its timeouts, at most MaxTerms different ones.
type Terms struct {
	state.Terms
	// Said are the timeouts that were written, in [state.timeouts] or in the rule.
	Said [state.Timers]bool
}

// ServiceTimeout is an entry of [state.service_timeouts].
type ServiceTimeout struct {
	Name    string // as written
	Service policy.Service
	Idle    time.Duration // state.MinTimeout to state.MaxTimeout
}

// The bounds of State.
const (
	MinSessions        = 16
	MaxSessions        = 1 << 24
	MaxTerms           = 512
	MaxServiceTimeouts = 64

	MinSnapshotInterval = time.Second
	MaxSnapshotInterval = 24 * time.Hour
)

func (s *Settings) readState(v value, words *vocabulary) {
	t := termsReader{}
	var fastmode value
	v.read([]field{
		{"profile", t.readProfile},
		{"max_sessions", func(v value) { v.setInt(&s.State.MaxSessions, MinSessions, MaxSessions) }},
		{"syn_guard", func(v value) { v.setInt(&s.State.SYNGuard, 0, MaxSessions) }},
		{"timeouts", t.readTimeouts},
		{"fragments", func(v value) { readFragments(v, &s.State.Fragments) }},
		{"service_timeouts", func(v value) { s.State.readServices(v, &words.services) }},
		{"fastmode", func(v value) { fastmode = v; s.Policy.SYNOnly = words.services.fastmode(v) }},
		{"rematch", func(v value) { v.setWord(&s.State.Rematch, RematchKill, RematchReport, RematchKeep) }},
		{"snapshot", s.State.readSnapshot},
		{"snapshot_interval", func(v value) {
			v.setDuration(&s.State.SnapshotInterval, MinSnapshotInterval, MaxSnapshotInterval)
		}},
	})
	if !v.has("syn_guard") {
		s.State.SYNGuard = state.GuardStart(s.State.MaxSessions)
	}
	s.State.Terms[0] = t.over(Terms{Terms: state.Terms{Profile: t.profile, Timeouts: t.profile.Timeouts()}})
	if fastmode.doc != nil && t.profile != state.FW1 && t.said == v.has("profile") {
		fastmode.failKey("fastmode lets all but SYNs pass unseen: only the profile fw1 has it")
	}
}

// readSnapshot reads an absolute path, or "" for none.
func (s *State) readSnapshot(v value) {
	if v.data != "" {
		v.setPath(&s.Snapshot)
	}
}

// fastmode reads a list of services of TCP.
func (b *serviceBook) fastmode(v value) (out []policy.Service) {
	elements, _ := v.list()
	for _, e := range elements {
		list, _ := b.entry(e)
		for _, s := range list {
			if s.Protocol != tcp || s.AnyProtocol || s.Source != (netstack.PortRange{}) {
				e.fail("fastmode is of services of TCP by their own port, such as \"tcp/80\"")
				break
			}
		}
		out = append(out, list...)
	}
	return out
}

func (s *State) readServices(v value, services *serviceBook) {
	names, values := v.entries()
	for _, name := range names {
		at := values[name]
		t := ServiceTimeout{Name: name}
		at.setDuration(&t.Idle, state.MinTimeout, state.MaxTimeout)
		list, _ := services.entry(value{at.doc, &node{key: at.node.key, keyEnd: at.node.keyEnd, value: at.node.key, valueEnd: at.node.keyEnd}, name})
		for _, t.Service = range list {
			if t.Service.Source != (netstack.PortRange{}) {
				at.failKey("a timeout goes by the port of the service, not by that of its client")
				break
			}
			s.Services = append(s.Services, t)
		}
	}
	if len(s.Services) > MaxServiceTimeouts {
		v.failKey("more than %d services", MaxServiceTimeouts)
	}
}
