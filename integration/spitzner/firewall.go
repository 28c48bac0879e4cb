package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"sallyport/appliance/control"
	"sallyport/appliance/lab"
)

// patience is how long anything is waited for that should come at once.
const patience = 10 * time.Second

// firewall is a `sallyport run` in the middle of a lab.
type firewall struct {
	binary, dir string
	config      string
	cmd         *lab.Cmd
	log         *journal
}

func (f *firewall) path(name string) string { return filepath.Join(f.dir, name) }

// start starts the firewall and waits until it forwards.
func (f *firewall) start(l *lab.Lab) error {
	if err := os.WriteFile(f.path("sallyport.toml"), []byte(f.config), 0o644); err != nil {
		return err
	}
	f.log = new(journal)
	f.cmd = l.Firewall.Command(f.binary, "run", "--config", f.path("sallyport.toml"), "--socket", f.path("socket"))
	f.cmd.Env = []string{"PATH=" + os.Getenv("PATH")} // no SSH session to ask about
	f.cmd.Stderr = f.log
	err := f.cmd.Start()
	if err == nil {
		err = f.waitReady()
	}
	if err != nil {
		f.cmd.Kill()
		f.cmd = nil
	}
	return err
}

func (f *firewall) waitReady() error {
	ended := make(chan error, 1)
	go func() { ended <- f.cmd.Wait() }()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		select {
		case err := <-ended:
			return fmt.Errorf("the firewall ended at its start: %w: %s", err, f.log)
		case <-time.After(10 * time.Millisecond):
		}
		if f.ready() {
			return nil
		}
	}
	return fmt.Errorf("the firewall does not get ready: %s", f.log)
}

// stop is fwstop. It does nothing to a firewall that was not started.
func (f *firewall) stop() error {
	if f.cmd == nil {
		return nil
	}
	timer := time.AfterFunc(patience, f.cmd.Kill)
	defer timer.Stop()
	err := errors.Join(f.cmd.Signal(syscall.SIGTERM), f.cmd.Wait())
	f.cmd = nil
	return err
}

// ask runs one of the firewall's own commands.
func (f *firewall) ask(args ...string) ([]byte, error) {
	var complaint strings.Builder
	cmd := exec.Command(f.binary, append(args, "--socket", f.path("socket"))...)
	cmd.Env, cmd.Stderr = []string{}, &complaint
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("sallyport %s: %w: %s", strings.Join(args, " "), err, &complaint)
	}
	return out, err
}

func (f *firewall) ready() bool {
	out, err := f.ask("status", "--json")
	var s control.Status
	return err == nil && json.Unmarshal(out, &s) == nil && s.Ready
}

// full reports whether the table has no room left.
func (f *firewall) full() bool {
	s := list[control.Status](f, "status")[0].Sessions
	return s.Now >= s.Max
}

// list runs a command that lists and decodes each line.
func list[T any](f *firewall, args ...string) []T {
	out, err := f.ask(append(args, "--json")...)
	must(err)
	return decode[T](out)
}

func decode[T any](lines []byte) (all []T) {
	for line := range bytes.Lines(lines) {
		var v T
		if err := json.Unmarshal(line, &v); err != nil {
			must(fmt.Errorf("%w: %s", err, line))
		}
		all = append(all, v)
	}
	return all
}

// refused returns how many packets were refused so far for which reason,
// whichever side they came from.
func (f *firewall) refused() map[string]uint64 {
	counts := make(map[string]uint64)
	for _, s := range list[control.Stat](f, "stats") {
		if s.Reason != "passed" {
			counts[s.Reason] = s.Inside + s.Outside
		}
	}
	return counts
}
