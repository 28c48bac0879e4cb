package integration

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sallyport/appliance/lab"
)

// patience is how long anything is waited for that should come at once.
const patience = 10 * time.Second

// output collects what a process writes while it runs.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// firewall is a `sallyport run` in the middle of a Lab.
type firewall struct {
	t      *testing.T
	lab    *lab.Lab
	cmd    *lab.Cmd
	socket string
	log    *output
}

// writeConfig puts text into a file of its own.
func writeConfig(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sallyport.toml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// startFirewall starts the firewall with a configuration and waits until it
// forwards.
func startFirewall(t *testing.T, l *lab.Lab, config string) *firewall {
	t.Helper()
	return startFirewallWith(t, l, nil, "--config", writeConfig(t, config))
}

// startFirewallWith starts it with arguments and environment of the caller's.
func startFirewallWith(t *testing.T, l *lab.Lab, env []string, args ...string) *firewall {
	t.Helper()
	return startFirewallOn(t, l, l.Firewall, socket(l), env, args...)
}

// startFirewallOn starts it in a host of the caller's.
func startFirewallOn(t *testing.T, l *lab.Lab, h *lab.Host, socket string, env []string, args ...string) *firewall {
	t.Helper()
	f := &firewall{t: t, lab: l, socket: socket, log: new(output)}
	args = append([]string{"run", "--socket", f.socket}, args...)
	f.cmd = h.Command(sallyport(t), args...)
	f.cmd.Env = cleanEnv(env...)
	f.cmd.Stdout, f.cmd.Stderr = f.log, f.log
	if err := f.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.end)
	f.waitReady()
	return f
}

// end kills the firewall if it still runs, and fails the test for what no
// firewall may ever say.
func (f *firewall) end() {
	f.cmd.Kill()
	for _, fault := range []string{"WARNING: DATA RACE", "panic", "fatal error:", `"reason":"internal"`} {
		if strings.Contains(f.log.String(), fault) {
			f.t.Errorf("the firewall had a fault: %s", fault)
		}
	}
	if f.t.Failed() {
		f.t.Logf("the firewall said:\n%s", f.log)
	}
}

// cleanEnv is an environment without what the caller's terminal left in it: an
// SSH session there would make the firewall ask for --yes.
func cleanEnv(more ...string) []string {
	return append([]string{"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent", "LC_ALL=C"}, more...)
}

func (f *firewall) waitReady() {
	f.t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- f.cmd.Wait() }()
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) {
		select {
		case err := <-ended:
			f.t.Fatalf("the firewall ended at its start: %v\n%s", err, f.log)
		case <-time.After(10 * time.Millisecond):
		}
		if f.ready() {
			return
		}
	}
	f.t.Fatal("the firewall does not get ready")
}

func (f *firewall) ready() bool {
	if _, err := os.Stat(f.socket); err != nil {
		return false
	}
	out, err := f.ask("status", "--json")
	var status struct{ Ready bool }
	return err == nil && json.Unmarshal(out, &status) == nil && status.Ready
}

// stop ends the firewall as an init system does.
func (f *firewall) stop() {
	f.t.Helper()
	if err := f.cmd.Signal(syscall.SIGTERM); err != nil {
		f.t.Fatal(err)
	}
	timer := time.AfterFunc(patience, f.cmd.Kill)
	defer timer.Stop()
	if err := f.cmd.Wait(); err != nil {
		f.t.Fatalf("after SIGTERM: %v\n%s", err, f.log)
	}
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("never: %s", what)
}
