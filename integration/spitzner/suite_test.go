package main

import (
	"os"
	"regexp"
	"testing"
)

// TestSpitzner does all experiments under all profiles. A skip is a failure if
// SALLYPORT_REQUIRE is set, as `make test` does for root.
func TestSpitzner(t *testing.T) {
	if err := able(); err != nil {
		if os.Getenv("SALLYPORT_REQUIRE") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	dir := t.TempDir()
	binary, err := built(os.Getenv("SALLYPORT_BINARY"), dir)
	if err != nil {
		t.Fatal(err)
	}
	closeOnInterrupt(dir)
	table := newTable(options{profiles: allProfiles, only: regexp.MustCompile("")})
	if err := table.fill(binary, dir); err != nil {
		t.Fatal(err)
	}
	for _, r := range table.rows {
		for i, c := range r.cells {
			if !c.right() {
				t.Errorf("%s: %s (%s)\n%v", allProfiles[i], r.name, r.ids, c)
			}
		}
	}
}
