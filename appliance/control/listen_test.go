package control_test

import (
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/rs/zerolog"

	"sallyport/appliance/control"
	"sallyport/appliance/control/controltest"
)

func server() *control.Server { return control.New(controltest.New(), zerolog.Nop()) }

// leave makes the socket file of a process that died.
func leave(t *testing.T, path string) {
	t.Helper()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
}

func TestListenMakesAndRemoves(t *testing.T) {
	dir := t.TempDir() + "/run"
	s := server()
	if err := s.Listen(dir+"/s", ""); err != nil {
		t.Fatal(err)
	}
	if mode := stat(t, dir+"/s").Mode(); mode != os.ModeSocket|0o660 {
		t.Errorf("socket is %v", mode)
	}
	if mode := stat(t, dir).Mode(); mode != os.ModeDir|0o755 {
		t.Errorf("directory is %v", mode)
	}
	s.Close()
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the directory was left: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
}

func TestListenLeavesADirectoryItDidNotMake(t *testing.T) {
	dir := t.TempDir()
	s := server()
	if err := s.Listen(dir+"/s", ""); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestListenGroup(t *testing.T) {
	path := t.TempDir() + "/s"
	s := server()
	defer s.Close()
	if err := s.Listen(path, fmt.Sprint(os.Getgid())); err != nil {
		t.Fatal(err)
	}
	if gid := stat(t, path).Sys().(*syscall.Stat_t).Gid; int(gid) != os.Getgid() {
		t.Errorf("gid %d", gid)
	}
	err := server().Listen(t.TempDir()+"/s", "no-such-group-here")
	if err == nil || !strings.Contains(err.Error(), "groupadd") {
		t.Errorf("unknown group: %v", err)
	}
}

func stat(t *testing.T, path string) os.FileInfo {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func TestListenReplacesADeadSocket(t *testing.T) {
	path := t.TempDir() + "/s"
	leave(t, path)
	s := server()
	if err := s.Listen(path, ""); err != nil {
		t.Fatal(err)
	}
	s.Close()
}

func TestListenRefuses(t *testing.T) {
	dir := t.TempDir()
	living := controltest.Serve(t, controltest.New())
	if err := os.WriteFile(dir+"/file", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ path, says string }{
		{living, fmt.Sprintf("already running, pid %d, on %s", os.Getpid(), living)},
		{dir + "/file", "is there and is not a socket"},
		{dir + "/" + strings.Repeat("a", 108), "1 to 107 bytes"},
		{"", "1 to 107 bytes"},
		{"@abstract", "no permissions"},
		{dir + "/file/s", "not a directory"},
	} {
		if err := server().Listen(c.path, ""); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%.60s: %v", c.path, err)
		}
	}
	if _, err := control.NewClient(living).Status(t.Context()); err != nil {
		t.Errorf("the living one was disturbed: %v", err)
	}
}

// Of many that start at once over the same dead socket exactly one listens.
// Without the lock that fails in one round of a few.
func TestListenRace(t *testing.T) {
	for round := range 50 {
		path := t.TempDir() + "/s"
		leave(t, path)
		servers, errs := make([]*control.Server, 8), make([]error, 8)
		var started sync.WaitGroup
		for i := range servers {
			servers[i] = server()
			started.Go(func() { errs[i] = servers[i].Listen(path, "") })
		}
		started.Wait()
		alone := 0
		for i, err := range errs {
			if err == nil {
				alone++
			} else if !strings.Contains(err.Error(), "already running") {
				t.Error(err)
			}
			defer servers[i].Close()
		}
		if alone != 1 {
			t.Fatalf("round %d: %d listen", round, alone)
		}
	}
}
