package plumbing

import (
	"errors"
	"fmt"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// State is what of this package is installed in a namespace, in the words of
// ip(8).
type State struct {
	Rules  []string `json:"rules"`
	Routes []string `json:"routes"`
	// Running are the routes into TUN devices that some process holds; without
	// any, Rules and Routes are what a killed run has left.
	Running []string `json:"running"`
}

// Leftover reports whether the state is that of a killed run: nothing is
// forwarded, and the next start or Undo will clear it.
func (s State) Leftover() bool { return len(s.Rules)+len(s.Routes) > 0 && len(s.Running) == 0 }

// Inspect reads what is installed now, by whichever run. It changes nothing.
func Inspect() (State, error) {
	var s State
	var errs []error
	for _, f := range present() {
		errs = append(errs, s.readRules(f))
		for _, table := range ourTables() {
			errs = append(errs, s.readTable(f, table))
		}
	}
	return s, errors.Join(errs...)
}

func (s *State) readRules(f family) error {
	rules, err := ourRules(f)
	for _, r := range rules {
		s.Rules = append(s.Rules, fmt.Sprintf("%s rule %v", f.ip(), r))
	}
	return err
}

func (s *State) readTable(f family, table int) error {
	routes, err := tableRoutes(f, table)
	for _, r := range routes {
		text := f.ip() + " route " + routeText(r)
		s.Routes = append(s.Routes, text)
		if alive(r) {
			s.Running = append(s.Running, text)
		}
	}
	return err
}

// CanForwardIPv6 returns nil if IPv6 can be forwarded here, and else what is
// in the way. It changes nothing.
func CanForwardIPv6() error {
	if len(present()) < len(families) {
		return errors.New("this kernel has no IPv6")
	}
	const name = conf6 + "/all/forwarding"
	if value, err := readSysctl(name); err != nil || value == "1" {
		return err
	}
	if err := unix.Access(filepath.Join(procSys, name), unix.W_OK); err != nil {
		return hint6(fmt.Errorf("%s: %w", filepath.Join(procSys, name), err))
	}
	return nil
}
