package main

import (
	"bytes"
	"os"
	"path/filepath"
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
