package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const testedPolicy = `
[[rule]]
name   = "out"
from   = "inside"
to     = "outside"
action = "accept"
[[test]]
from   = "inside"
packet = "10.1.0.5 -> 1.1.1.1 https"
expect = "EXPECT"
`

// A file whose tests fail is a file with a fault.
func TestCheckRunsTheFilesTests(t *testing.T) {
	for expect, want := range map[string]struct {
		code int
		says string
	}{
		"accept by out":   {exitFine, ": ok, 1 rule, 0 translations, 1 test passed\n"},
		"drop by default": {exitUsage, `:10:10: want "drop by default", but it is accepted by "out"` + "\n"},
	} {
		file := filepath.Join(t.TempDir(), "policy.toml")
		if err := os.WriteFile(file, []byte(strings.Replace(testedPolicy, "EXPECT", expect, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		got := invoke(t, []string{"check", file})
		if got.code != want.code || got.out+got.err != file+want.says {
			t.Errorf("%s: exit %d: %s%s", expect, got.code, got.out, got.err)
		}
	}
}
