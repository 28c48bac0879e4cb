package control

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// maxPath is the longest path a socket address holds (sun_path, with its NUL).
const maxPath = 107

// listen makes the socket file, and returns what undoes it.
func listen(path, group string) (net.Listener, func(), error) {
	if err := checkPath(path); err != nil {
		return nil, nil, err
	}
	gid, err := groupID(group)
	if err != nil {
		return nil, nil, err
	}
	undoDir, err := makeDir(filepath.Dir(path))
	if err != nil {
		return nil, nil, err
	}
	l, err := listenAlone(path, gid)
	if err != nil {
		undoDir()
		return nil, nil, err
	}
	return l, undoDir, nil
}

func checkPath(path string) error {
	if path == "" || len(path) > maxPath {
		return fmt.Errorf("%q: a socket's path has 1 to %d bytes", path, maxPath)
	}
	if strings.HasPrefix(path, "@") {
		return fmt.Errorf("%q: an abstract socket has no permissions; give a path", path)
	}
	return nil
}

// groupID returns the number of a group given by name or number, -1 for none.
func groupID(group string) (int, error) {
	if group == "" {
		return -1, nil
	}
	if gid, err := strconv.ParseUint(group, 10, 31); err == nil {
		return int(gid), nil
	}
	g, err := user.LookupGroup(group)
	if err != nil {
		return 0, fmt.Errorf("group %q does not exist; create it with: groupadd --system %s", group, group)
	}
	return strconv.Atoi(g.Gid)
}

// makeDir makes dir if it is missing; undo removes it then.
func makeDir(dir string) (undo func(), err error) {
	if _, err := os.Stat(dir); err == nil {
		return func() {}, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	return func() { os.Remove(dir) }, nil
}

// listenAlone listens unless a living process does already. Two that start at
// once must not both find the same stale socket: the directory is locked
// meanwhile.
func listenAlone(path string, gid int) (net.Listener, error) {
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	if err := unix.Flock(int(dir.Fd()), unix.LOCK_EX); err != nil {
		return nil, fmt.Errorf("lock %s: %w", dir.Name(), err)
	}
	if err := removeStale(path); err != nil {
		return nil, err
	}
	return bind(path, gid)
}

// removeStale removes the socket of a dead process.
func removeStale(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode().Type() != fs.ModeSocket {
		return fmt.Errorf("%s: is there and is not a socket; remove it or choose another path", path)
	}
	c, err := net.DialTimeout("unix", path, time.Second)
	if err == nil {
		defer c.Close()
		return fmt.Errorf("already running, pid %d, on %s", peerOf(c).Pid, path)
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("is somebody there already? %w", err)
	}
	return os.Remove(path)
}

// bind makes the socket file. Its mode on creation is the socket's own, so it
// is narrowed first: nobody gets in before the group is right.
func bind(path string, gid int) (net.Listener, error) {
	narrow := func(_, _ string, c syscall.RawConn) error {
		var modeErr error
		err := c.Control(func(fd uintptr) { modeErr = unix.Fchmod(int(fd), 0o600) })
		return errors.Join(err, modeErr)
	}
	l, err := (&net.ListenConfig{Control: narrow}).Listen(context.Background(), "unix", path)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(os.Lchown(path, -1, gid), os.Chmod(path, 0o660)); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// peerOf returns who is at the other end of a unix socket; zeros if that
// cannot be told.
func peerOf(c net.Conn) (peer unix.Ucred) {
	sc, ok := c.(syscall.Conn)
	if !ok {
		return peer
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return peer
	}
	raw.Control(func(fd uintptr) {
		if cred, err := unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED); err == nil {
			peer = *cred
		}
	})
	return peer
}
