package lab_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"sallyport/appliance/lab"
	"sallyport/appliance/lab/labtest"
)

func TestCommandRunsInsideAndEndsWithTheLab(t *testing.T) {
	l := labtest.New(t, lab.Config{})
	out, err := l.Outside.Command("readlink", "/proc/self/ns/net").Output()
	if err != nil {
		t.Fatal(err)
	}
	var want string
	if err := l.Outside.Do(func() (err error) { want, err = os.Readlink("/proc/thread-self/ns/net"); return }); err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(string(out)); got != want {
		t.Errorf("command runs in %s, Do in %s", got, want)
	}
	sleep := l.Inside.Command("sleep", "1000")
	if err := sleep.Start(); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := sleep.Signal(syscall.Signal(0)); !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("process after Close: %v", err)
	}
	if err := l.Inside.Command("true").Start(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("start after Close: %v", err)
	}
}

func TestNamesAreGoneAfterClose(t *testing.T) {
	l := labtest.New(t, lab.Config{})
	path := l.Firewall.Path()
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s after Close: %v", path, err)
	}
	if _, err := l.NewHost("late"); !errors.Is(err, os.ErrClosed) {
		t.Errorf("new host after Close: %v", err)
	}
}

func TestLabsSideBySide(t *testing.T) {
	var wait sync.WaitGroup
	for range 4 {
		l := labtest.New(t, lab.Config{IPv4Only: true})
		wait.Go(func() {
			if err := l.Firewall.Forward(); err != nil {
				t.Error(err)
			}
			if _, err := exchange(t, l.Inside, l.Outside, l.Outside.IPv4()); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}

func TestLeftoversOfDeadProcessAreRemoved(t *testing.T) {
	labtest.New(t, lab.Config{}) // makes /run/netns, and skips without root
	dead := exec.Command("true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("/run/netns", "sp"+strconv.Itoa(dead.Process.Pid)+"-1-inside")
	alive := filepath.Join("/run/netns", "sp"+strconv.Itoa(os.Getpid())+"-x-inside")
	for _, p := range []string{path, alive} {
		if err := os.WriteFile(p, nil, 0o444); err != nil {
			t.Fatal(err)
		}
	}
	defer os.Remove(alive)
	if err := unix.Mount("/proc/self/ns/net", path, "", unix.MS_BIND, ""); err != nil {
		t.Fatal(err)
	}
	labtest.New(t, lab.Config{})
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("leftover %s: %v", path, err)
	}
	if _, err := os.Stat(alive); err != nil {
		t.Errorf("name of a living process: %v", err)
	}
}
