package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// TestFmt prints, names and changes, in this order, and then has nothing to do.
func TestFmt(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.toml")
	const odd, even = "[tun]\nqueues=2 # two\ndriver = \"auto\"\n", "[tun]\nqueues = 2 # two\ndriver = \"auto\"\n"
	if err := os.WriteFile(file, []byte(odd), 0o640); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		args []string
		exit int
		out  string
		left string
	}{
		{[]string{"fmt", file}, exitFine, even, odd},
		{[]string{"fmt", "--check", file}, exitFailed, file + "\n", odd},
		{[]string{"fmt", "--write", file}, exitFine, "", even},
		{[]string{"fmt", "--check", file}, exitFine, "", even},
		{[]string{"fmt", "--write", "--check", file}, exitUsage, "", even},
		{[]string{"fmt", file + ".none"}, exitUsage, "", even},
	} {
		var out, complaint bytes.Buffer
		c := newCLI()
		c.out, c.err = &out, &complaint
		if exit := c.main(t.Context(), step.args); exit != step.exit || out.String() != step.out {
			t.Errorf("%v: exit %d, %q; want %d, %q (%s)", step.args, exit, out.String(), step.exit, step.out, complaint.String())
		}
		if text, err := os.ReadFile(file); err != nil || string(text) != step.left {
			t.Errorf("%v: %v, %q", step.args, err, text)
		}
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("%v, %v", info, err)
	}
	if left, err := filepath.Glob(filepath.Dir(file) + "/*"); err != nil || len(left) != 1 {
		t.Errorf("%v, %v", left, err)
	}
}

// Who may read a file stays, also if it is not root who writes it: the group of
// a file may be another than its owner's first.
func TestFmtLeavesTheGroup(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("to become a user of two groups needs root")
	}
	const user, first, second = 65534, 65534, 4242
	dir, err := os.MkdirTemp("", "sallyport-fmt-") // the test's own is below one that is root's alone
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "a.toml")
	if err := errors.Join(os.Chmod(filepath.Dir(binary), 0o755), os.WriteFile(file, []byte("[tun]\nqueues=2\n"), 0o640),
		os.Chown(dir, user, first), os.Chown(file, user, second)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), binary, "fmt", "--write", file)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user, Gid: first, Groups: []uint32{second}}}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var after syscall.Stat_t
	if err := syscall.Stat(file, &after); err != nil || after.Uid != user || after.Gid != second || after.Mode&0o777 != 0o640 {
		t.Errorf("%v: %d:%d, mode %o", err, after.Uid, after.Gid, after.Mode)
	}
}
