package conf

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// TestBad compares every fault of each file under testdata/bad, places
// included, with the golden file beside it.
func TestBad(t *testing.T) {
	for _, path := range files(t, "testdata/bad/*.toml", 44) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			s, err := Load(path)
			if err == nil || s != nil {
				t.Fatalf("got %+v and error %v", s, err)
			}
			var faults Errors
			if !errors.As(err, &faults) {
				t.Fatalf("%T", err)
			}
			var got string
			for _, f := range faults {
				got += strings.TrimPrefix(f.Error(), filepath.Dir(path)+"/") + "\n" + f.Excerpt()
			}
			golden(t, strings.TrimSuffix(path, ".toml")+".golden", got)
		})
	}
}

func files(t testing.TB, pattern string, least int) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) < least {
		t.Fatalf("%d files match %s, want at least %d: %v", len(paths), pattern, least, err)
	}
	return paths
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
