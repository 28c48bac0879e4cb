package lab_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"sallyport/appliance/lab"
	"sallyport/appliance/lab/labtest"
)

// TestUnprivileged runs this test binary as nobody, which runs itself in a user
// namespace, where a Lab must work.
func TestUnprivileged(t *testing.T) {
	if lab.InUnprivileged() {
		l := labtest.New(t, lab.Config{})
		if err := l.Firewall.Forward(); err != nil {
			t.Fatal(err)
		}
		if _, err := exchange(t, l.Inside, l.Outside, l.Outside.IPv6()); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(l.Inside.Path(), "/run/netns/") {
			t.Errorf("namespace has no name: %s", l.Inside.Path())
		}
		return
	}
	if os.Getuid() == 0 {
		runAsNobody(t)
		return
	}
	again := lab.Unprivileged("-test.run=^TestUnprivileged$", "-test.v")
	if err := again.Run(); errors.Is(err, os.ErrPermission) || errors.Is(err, unix.ENOSPC) {
		t.Skip("no user namespaces here:", err)
	} else if err != nil {
		t.Error(err)
	}
}

func runAsNobody(t *testing.T) {
	dir, err := os.MkdirTemp("", "lab")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "lab.test")
	if err := errors.Join(os.WriteFile(program, self, 0o755), os.Chmod(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(program, "-test.run=^TestUnprivileged$", "-test.v")
	c.Dir = "/"
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := c.CombinedOutput()
	t.Logf("as nobody:\n%s", out)
	if err != nil {
		t.Error(err)
	}
}
