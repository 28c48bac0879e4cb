package conf

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestLint compares what is said of each file under testdata/lint.
func TestLint(t *testing.T) {
	eachFile(t, "testdata/lint/*.toml", 3, func(t *testing.T, path string) (said string) {
		s, err := Check(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range s.Warnings {
			said += strings.TrimPrefix(w.String(), filepath.Dir(path)+"/") + "\n"
		}
		return said
	})
}

// TestLintOfGood has nothing to say of files that are as they should be, and
// loading them says nothing of the kind at all. In study.toml only the profiles
// of the rules matter, and all match the same.
func TestLintOfGood(t *testing.T) {
	for _, path := range files(t, "testdata/good/*.toml", 5) {
		if filepath.Base(path) == "study.toml" {
			continue
		}
		loaded, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		checked, err := Check(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(loaded.Warnings, checked.Warnings); diff != "" {
			t.Errorf("%s:\n%s", path, diff)
		}
	}
}

func TestOthers(t *testing.T) {
	d := newDocument("f", "\n\n\n\n\n")
	var names []value
	for i, name := range []string{"a", "b", "c", "d", "e"} {
		names = append(names, value{d, &node{value: i}, name})
	}
	for _, c := range []struct {
		numbers []int
		want    string
	}{
		{[]int{1}, `rule "b" in line 2`},
		{[]int{0, 4}, `rule "a" in line 1 and rule "e" in line 5`},
		{[]int{0, 1, 2, 3, 4}, `rule "a" in line 1, rule "b" in line 2, rule "c" in line 3 and 2 more`},
	} {
		if got := others("rule", names[0], names, c.numbers); got != c.want {
			t.Errorf("%v: %s, want %s", c.numbers, got, c.want)
		}
	}
}
