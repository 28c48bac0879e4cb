package counts

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"sallyport/appliance/control"
	"sallyport/appliance/lab"
)

// firewall is a `sallyport run` with one queue in the middle of a Lab.
type firewall struct{ cmd *lab.Cmd }

func start(t *testing.T, l *lab.Lab) firewall {
	t.Helper()
	dir, said := t.TempDir(), new(bytes.Buffer)
	config, socket := filepath.Join(dir, "config"), filepath.Join(dir, "sock")
	text := "[inside]\ninterface = \"eth0\"\n[outside]\ninterface = \"eth1\"\n[tun]\ndriver = \"vnet\"\nqueues = 1\n" +
		"[[rule]]\nname = \"out\"\nfrom = \"inside\"\nto = \"outside\"\naction = \"accept\"\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c := l.Firewall.Command(build(t, "sallyport/cmd/sallyport"), "run", "--config", config, "--socket", socket)
	c.Env = []string{"PATH=" + os.Getenv("PATH")}
	c.Stderr = said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Kill)
	for client, deadline := control.NewClient(socket), time.Now().Add(20*time.Second); ; time.Sleep(10 * time.Millisecond) {
		if s, err := client.Status(t.Context()); err == nil && s.Ready {
			return firewall{c}
		}
		if time.Now().After(deadline) {
			c.Kill()
			t.Fatalf("the firewall does not get ready: %s", said)
		}
	}
}

// within holds how many calls the process makes for so many packets.
func (f firewall) within(t *testing.T, what string, packets float64, send func()) {
	t.Helper()
	reads, writes := f.calls(t)
	send()
	r, w := f.calls(t)
	within(t, "reads "+what, float64(r-reads)/packets)
	within(t, "writes "+what, float64(w-writes)/packets)
}

// calls returns how many read and write calls the process has made.
func (f firewall) calls(t *testing.T) (reads, writes int) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", f.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		_, _ = fmt.Sscanf(string(line), "syscr: %d", &reads)
		_, _ = fmt.Sscanf(string(line), "syscw: %d", &writes)
	}
	return reads, writes
}

// paused does something while the firewall does nothing.
func (f firewall) paused(t *testing.T, do func()) {
	t.Helper()
	err := f.cmd.Signal(syscall.SIGSTOP)
	f.waitStopped(t)
	do()
	if err := errors.Join(err, f.cmd.Signal(syscall.SIGCONT)); err != nil {
		t.Fatal(err)
	}
}

// waitStopped waits until no thread of the process runs any more.
func (f firewall) waitStopped(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if f.stopped() {
			return
		}
	}
	t.Fatal("the firewall does not stop")
}

func (f firewall) stopped() bool {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", f.cmd.Process.Pid))
	if err != nil || len(threads) == 0 {
		return false
	}
	for _, thread := range threads {
		text, err := os.ReadFile(thread)
		if _, state, ok := bytes.Cut(text, []byte(") ")); err == nil && ok && state[0] != 'T' {
			return false
		}
	}
	return true
}
