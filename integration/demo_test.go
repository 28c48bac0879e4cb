package integration

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestDemo runs what a newcomer runs first, and wants it to end well and to
// leave nothing.
func TestDemo(t *testing.T) {
	need(t)
	before := namespaces(t)
	out, err := runDemo(t, sallyport(t), "demo")
	if err != nil {
		t.Errorf("demo: %v", err)
	}
	for _, word := range []string{"sallyport sessions", "policy", "masquerad"} {
		if !strings.Contains(out, word) {
			t.Errorf("the story does not tell of %q", word)
		}
	}
	if after := namespaces(t); !slices.Equal(after, before) {
		t.Errorf("namespaces before %v, after %v", before, after)
	}
	t.Log(out)
}

// asNobody runs a program as an ordinary user, in mounts of its own where
// /dev/net/tun has the mode given.
const asNobody = `mount -t tmpfs -o dev,mode=755 tmpfs /mnt && mknod -m $0 /mnt/tun c 10 200 &&
mount --bind /mnt/tun /dev/net/tun && exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"`

// TestDemoOfOrdinaryUser wants it to work in a user namespace where everybody
// may open the device, as on most systems, and to say what is missing where not.
func TestDemoOfOrdinaryUser(t *testing.T) {
	need(t, "setpriv", "unshare")
	dir, err := os.MkdirTemp("", "demo") // not t.TempDir: nobody else may enter that
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	program := filepath.Join(dir, "sallyport")
	copyProgram(t, sallyport(t), program)
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := runDemo(t, "unshare", "-m", "sh", "-c", asNobody, "666", program, "demo"); err != nil {
		t.Errorf("demo: %v\n%s", err, out)
	}
	out, err := runDemo(t, "unshare", "-m", "sh", "-c", asNobody, "600", program, "demo")
	if exitCode(err) != 1 || !strings.Contains(out, "/dev/net/tun") {
		t.Errorf("demo without a device: %v, want exit code 1; said %q", err, out)
	}
}

func runDemo(t *testing.T, program string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Env = cleanEnv()
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	timer := time.AfterFunc(6*patience, func() { _ = cmd.Process.Signal(syscall.SIGTERM) })
	defer timer.Stop()
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func copyProgram(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

func namespaces(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("/run/netns/*")
	if err != nil {
		t.Fatal(err)
	}
	return names
}
