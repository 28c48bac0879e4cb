package lab

import (
	"errors"
	"os"
	"os/exec"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// ownMounts in the environment tells a process that Unprivileged started it, so
// that nobody else sees what it mounts.
const ownMounts = "SALLYPORT_LAB_OWN_MOUNTS"

// Unprivileged returns a command that runs this very program again, with args
// and the same standard streams, as root of a user namespace of its own with
// its own network and mounts. There New works without any privilege outside.
// Start fails with os.ErrPermission, or ENOSPC, where the machine does not
// allow user namespaces.
func Unprivileged(args ...string) *exec.Cmd {
	c := exec.Command("/proc/self/exe", args...)
	c.Args[0] = os.Args[0]
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.Env = append(os.Environ(), ownMounts+"=1")
	c.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNET | unix.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	return c
}

// InUnprivileged reports whether this process was started by Unprivileged.
func InUnprivileged() bool { return os.Getenv(ownMounts) != "" }

// ownRun covers /run by an empty one in this process's own mounts, once, so
// that namespaces can be given names there.
var ownRun = sync.OnceValue(func() error {
	return unix.Mount("tmpfs", "/run", "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=755")
})

// notAllowed reports whether err means that this user may not write a file.
func notAllowed(err error) bool {
	return errors.Is(err, os.ErrPermission) || errors.Is(err, unix.EROFS)
}
