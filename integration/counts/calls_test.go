package counts

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"sallyport/appliance/control"
	"sallyport/appliance/lab"
)

// TestCalls counts the read and write calls of the process for packets that come
// alone, each when the one before has been answered, and for packets that wait
// together because the process was stopped: as few as there can be.
func TestCalls(t *testing.T) {
	need(t, true)
	l, err := lab.New(lab.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	f := start(t, l)
	conn := f.conversation(t, l)
	conn.exchange(t, 1) // the flow is begun
	t.Run("lone", func(t *testing.T) {
		const n = 300
		f.within(t, "a lone packet", 2*n, func() { conn.exchange(t, n) })
	})
	t.Run("burst", func(t *testing.T) {
		const bursts, burst = 10, 40
		f.within(t, "a packet of a burst", bursts*burst, func() {
			for range bursts {
				conn.burst(t, f, burst)
			}
		})
	})
}

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

// conversation is a flow of datagrams through the firewall.
type conversation struct {
	client net.Conn
	server *net.UDPConn
}

func (f firewall) conversation(t *testing.T, l *lab.Lab) (c conversation) {
	t.Helper()
	err := l.Outside.Do(func() (err error) {
		c.server, err = net.ListenUDP("udp4", &net.UDPAddr{IP: l.Outside.IPv4().AsSlice()})
		return err
	})
	if err == nil {
		err = l.Inside.Do(func() (err error) {
			c.client, err = net.Dial("udp4", c.server.LocalAddr().String())
			return err
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.client.Close(); c.server.Close() })
	return c
}

// exchange sends datagrams there and back, one at a time.
func (c conversation) exchange(t *testing.T, n int) {
	t.Helper()
	b := make([]byte, 64)
	deadline := time.Now().Add(20 * time.Second)
	if err := errors.Join(c.client.SetDeadline(deadline), c.server.SetDeadline(deadline)); err != nil {
		t.Fatal(err)
	}
	for range n {
		_, sent := c.client.Write(b)
		_, from, received := c.server.ReadFrom(b)
		if err := errors.Join(sent, received); err != nil {
			t.Fatal(err)
		}
		_, answered := c.server.WriteTo(b, from)
		_, err := c.client.Read(b)
		if err := errors.Join(answered, err); err != nil {
			t.Fatal(err)
		}
	}
}

// burst sends datagrams while the firewall is stopped, and waits for them.
func (c conversation) burst(t *testing.T, f firewall, n int) {
	t.Helper()
	b := make([]byte, 64)
	f.paused(t, func() {
		for range n {
			if _, err := c.client.Write(b); err != nil {
				t.Fatal(err)
			}
		}
	})
	for range n {
		if _, err := c.server.Read(b); err != nil {
			t.Fatal(err)
		}
	}
}
