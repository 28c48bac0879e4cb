package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestDocsShowTheSuite holds the table of the documentation to be what
// `--markdown` prints if all is as it must be, and that of the README to be part
// of it.
func TestDocsShowTheSuite(t *testing.T) {
	all := newTable(options{profiles: allProfiles, only: regexp.MustCompile("")})
	for _, r := range all.rows {
		for i, p := range allProfiles {
			r.cells[i] = cell{r.must(p), r.must(p)}
		}
	}
	var want strings.Builder
	all.printMarkdown(&want)
	if docs := read(t, "../../docs/spitzner.md"); !strings.Contains(docs, want.String()) {
		t.Errorf("docs/spitzner.md is not up to date: put in what `go run ./integration/spitzner --markdown` prints")
	}
	for line := range strings.Lines(read(t, "../../README.md")) {
		if isRow.MatchString(line) && !strings.Contains(want.String(), line) {
			t.Errorf("README.md has a row that the suite has not: %s", line)
		}
	}
}

// isRow finds the rows of the table by the requirements in their first cells.
var isRow = regexp.MustCompile(`^\| [^|]* \([SJ]\d+[^|)]*\) \|`)

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
