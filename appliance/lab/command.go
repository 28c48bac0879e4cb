package lab

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Cmd is a process in a host. It is used like the exec.Cmd in it, whose fields
// are set before Start; only the methods here enter the namespace, so the
// others of exec.Cmd that start a process are not to be called.
type Cmd struct {
	*exec.Cmd
	host *Host
	wait func() error
}

// Command returns a process to be started inside the host. It gets a process
// group of its own, is killed when this process dies however that happens, and
// at the latest when the Lab is closed.
func (h *Host) Command(name string, args ...string) *Cmd {
	c := &Cmd{Cmd: exec.Command(name, args...), host: h}
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	c.WaitDelay = time.Second // a grandchild may hold the output open
	c.wait = sync.OnceValue(c.Cmd.Wait)
	return c
}

// Start starts the process inside the host.
func (c *Cmd) Start() error {
	l := c.host.lab
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return os.ErrClosed
	}
	if err := c.host.runner.do(c.host.ns.fd, c.Cmd.Start); err != nil {
		return err
	}
	l.cmds = append(l.cmds, c)
	return nil
}

// Wait waits for the process to end; any number of goroutines may.
func (c *Cmd) Wait() error { return c.wait() }

// Kill kills the process with its group and waits for it. It does nothing to
// one that has ended or was not started.
func (c *Cmd) Kill() {
	if c.Process == nil {
		return
	}
	if err := c.Signal(os.Kill); err == nil {
		_ = unix.Kill(-c.Process.Pid, unix.SIGKILL)
	}
	_ = c.Wait()
}

// Signal sends the process, not its group, a signal. It returns
// os.ErrProcessDone after the process ended and was waited for.
func (c *Cmd) Signal(s os.Signal) error {
	if c.Process == nil {
		return errors.New("lab: signal to a process that was not started")
	}
	return c.Process.Signal(s)
}

// Run starts the process and waits for it.
func (c *Cmd) Run() error {
	if err := c.Start(); err != nil {
		return err
	}
	return c.Wait()
}

// Output runs the process and returns what it wrote to its standard output.
func (c *Cmd) Output() ([]byte, error) {
	var out bytes.Buffer
	c.Stdout = &out
	err := c.Run()
	return out.Bytes(), err
}

// CombinedOutput runs the process and returns all it wrote.
func (c *Cmd) CombinedOutput() ([]byte, error) {
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	err := c.Run()
	return out.Bytes(), err
}

// runner is a thread that stays inside a host. Processes are started from it
// because a child inherits the namespace of the thread that forks, and because
// a death signal comes when that thread, not the process, ends. The Lab's mutex
// guards it.
type runner struct{ jobs chan func() }

func (r *runner) do(ns int, f func() error) error {
	if r.jobs == nil {
		if err := r.start(ns); err != nil {
			return err
		}
	}
	done := make(chan error)
	r.jobs <- func() { done <- f() }
	return <-done
}

func (r *runner) start(ns int) error {
	jobs, entered := make(chan func()), make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the loop
		entered <- unix.Setns(ns, unix.CLONE_NEWNET)
		for job := range jobs {
			job()
		}
	}()
	if err := <-entered; err != nil {
		close(jobs)
		return err
	}
	r.jobs = jobs
	return nil
}

func (r *runner) stop() {
	if r.jobs != nil {
		close(r.jobs)
		r.jobs = nil
	}
}
