package explain

import (
	"path/filepath"
	"testing"
)

// TestGoodFilesKeepTheirPromises runs the tests of the rule sets that conf has as
// examples: a home gateway, a data centre, an allow-list for builds, and others.
func TestGoodFilesKeepTheirPromises(t *testing.T) {
	paths, err := filepath.Glob("../../conf/testdata/good/*.toml")
	if err != nil || len(paths) < 8 {
		t.Fatalf("%d files: %v", len(paths), err)
	}
	all := 0
	for _, path := range paths {
		tests, faults := runTests(t, path)
		all += tests
		for _, f := range faults {
			t.Error(f)
		}
	}
	if all < 35 {
		t.Errorf("only %d tests in all of them", all)
	}
}
