package lab

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// namedDir is where iproute2 looks for the namespaces it is given by name.
const namedDir = "/run/netns"

// namespace is a network namespace, held by a descriptor and, where namedDir
// can be written, by a mount that gives it a name.
type namespace struct {
	fd    int
	named string // path of the mount, "" if there is none
}

// newNamespace makes a namespace. Where namedDir cannot be written it has no
// name, and lives as long as its descriptor.
func newNamespace(name string) (*namespace, error) {
	ns := &namespace{fd: -1}
	err := onThread(func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("new network namespace: %w", err)
		}
		var err error
		if ns.fd, err = unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0); err != nil {
			return err
		}
		ns.named, err = mountNamed(name)
		return err
	})
	if err != nil {
		return nil, errors.Join(err, ns.remove())
	}
	return ns, nil
}

// mountNamed gives the calling thread's namespace a name, and returns "" where
// it is not allowed to.
func mountNamed(name string) (string, error) {
	path := filepath.Join(namedDir, name)
	err := createFile(path)
	if notAllowed(err) && InUnprivileged() && ownRun() == nil {
		err = createFile(path)
	}
	if notAllowed(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if err := unix.Mount("/proc/thread-self/ns/net", path, "", unix.MS_BIND, ""); err != nil {
		return "", errors.Join(fmt.Errorf("mount %s: %w", path, err), os.Remove(path))
	}
	return path, nil
}

func createFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL, 0o444)
	if err != nil {
		return err
	}
	return f.Close()
}

func (ns *namespace) remove() error {
	var errs []error
	if ns.named != "" {
		errs = append(errs, removeNamed(ns.named))
		ns.named = ""
	}
	if ns.fd >= 0 {
		errs = append(errs, unix.Close(ns.fd))
		ns.fd = -1
	}
	return errors.Join(errs...)
}

func removeNamed(path string) error {
	if err := unix.Unmount(path, unix.MNT_DETACH); err != nil && !errors.Is(err, unix.EINVAL) {
		return fmt.Errorf("unmount %s: %w", path, err)
	}
	return os.Remove(path)
}

// onThread runs f on a thread of its own whose network namespace f may change.
// The thread ends with f, so that no other goroutine ever finds itself in the
// wrong namespace.
func onThread(f func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked: the runtime ends the thread
		done <- f()
	}()
	return <-done
}

// namePrefix starts the names of all namespaces of the process pid.
func namePrefix(pid int) string { return "sp" + strconv.Itoa(pid) + "-" }

// removeStale removes the named namespaces of processes that are no more, which
// were killed before they could. It is best effort: the names tell to whom they
// belong, and a process id used again only keeps a leftover for longer.
func removeStale() {
	names, _ := filepath.Glob(filepath.Join(namedDir, "sp*-*-*"))
	for _, path := range names {
		digits, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(path), "sp"), "-")
		pid, err := strconv.Atoi(digits)
		if err == nil && errors.Is(unix.Kill(pid, 0), unix.ESRCH) {
			_ = removeNamed(path)
		}
	}
}
