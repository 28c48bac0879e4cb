package conf

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"sallyport/conf/goldentest"
)

// eachFile compares what is said of each file that the pattern matches with the
// golden file beside it.
func eachFile(t *testing.T, pattern string, least int, said func(t *testing.T, path string) string) {
	t.Helper()
	for _, path := range files(t, pattern, least) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			goldentest.Compare(t, strings.TrimSuffix(path, ".toml")+".golden", said(t, path))
		})
	}
}

// TestBad compares every fault of each file under testdata/bad, places included.
func TestBad(t *testing.T) {
	eachFile(t, "testdata/bad/*.toml", 44, func(t *testing.T, path string) (said string) {
		s, err := Load(path)
		if err == nil || s != nil {
			t.Fatalf("got %+v and error %v", s, err)
		}
		var faults Errors
		if !errors.As(err, &faults) {
			t.Fatalf("%T", err)
		}
		for _, f := range faults {
			said += strings.TrimPrefix(f.Error(), filepath.Dir(path)+"/") + "\n" + f.Excerpt()
		}
		return said
	})
}

func files(t testing.TB, pattern string, least int) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) < least {
		t.Fatalf("%d files match %s, want at least %d: %v", len(paths), pattern, least, err)
	}
	return paths
}
