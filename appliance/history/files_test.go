package history

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// disk is a directory of configuration files.
type disk struct {
	*testing.T
	dir string
}

// files makes a set of "name=text" in the directory.
func (d disk) files(words ...string) (list []File) {
	for _, w := range words {
		name, text, _ := strings.Cut(w, "=")
		list = append(list, File{filepath.Join(d.dir, name), text})
	}
	return list
}

func (d disk) has(words ...string) {
	d.Helper()
	var got []string
	err := filepath.WalkDir(d.dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		got = append(got, strings.TrimPrefix(path, d.dir+"/")+"="+string(b))
		return err
	})
	slices.Sort(words)
	if err != nil || !slices.Equal(got, words) {
		d.Errorf("on disk %q, want %q: %v", got, words, err)
	}
}

func (d disk) write(words ...string) {
	d.Helper()
	if err := Write(d.files(words...), nil); err != nil {
		d.Fatal(err)
	}
}

// TestPutBackAfterEveryStep stops Write after each of its steps, as a crash
// would: what was before comes back whole.
func TestPutBackAfterEveryStep(t *testing.T) {
	before, want := []string{"a=1", "r/b=1", "r/gone=1"}, []string{"a=2", "r/b=2", "r/new=2"}
	steps := [][]string{
		{"a=1", "r/b=1", "r/gone=1"},
		{"a=1", "r/b=1", "r/gone=1", "r/new=2"},
		{"a=1", "r/b=2", "r/gone=1", "r/new=2"},
		{"a=2", "r/b=2", "r/gone=1", "r/new=2"},
		{"a=2", "r/b=2", "r/new=2"},
	}
	for _, step := range steps {
		d := disk{t, t.TempDir()}
		d.write(step...)
		left, err := PutBack(d.files(want...), d.files(before...))
		if err != nil || len(left) > 0 {
			t.Errorf("after %v: left %v, %v", step, left, err)
		}
		d.has(before...)
		if err := Write(d.files(want...), d.files(before...)); err != nil {
			t.Error(err)
		}
		d.has(want...)
	}
}

// TestPutBackLeavesWhatSomebodyWrote and what is no part of it.
func TestPutBackLeavesWhatSomebodyWrote(t *testing.T) {
	d := disk{t, t.TempDir()}
	d.write("a=2", "b=mine", "other=1")
	left, err := PutBack(d.files("a=2", "b=2"), d.files("a=1", "b=1"))
	if err != nil || len(left) != 1 || filepath.Base(left[0]) != "b" {
		t.Errorf("left %v, %v", left, err)
	}
	d.has("a=1", "b=mine", "other=1")
}

// TestWriteKeepsWhoMayRead a file, and a link.
func TestWriteKeepsWhoMayRead(t *testing.T) {
	d := disk{t, t.TempDir()}
	d.write("real=1")
	if err := os.Chmod(filepath.Join(d.dir, "real"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real", filepath.Join(d.dir, "a")); err != nil {
		t.Fatal(err)
	}
	d.write("a=2")
	d.has("a=2", "real=2")
	info, err := os.Stat(filepath.Join(d.dir, "real"))
	if err != nil || info.Mode() != 0o640 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if info, err := os.Lstat(filepath.Join(d.dir, "a")); err != nil || info.Mode().Type() != os.ModeSymlink {
		t.Errorf("the link became a file: %v, %v", info.Mode(), err)
	}
}

// TestMoved never leads out of the directory: who may commit must not be able to
// write just any file.
func TestMoved(t *testing.T) {
	for _, c := range []struct {
		names []string
		want  string // of the second; "": refused
	}{
		{[]string{"/tmp/x/new.toml", "/tmp/x/rules.d/a.toml"}, "/etc/sallyport/rules.d/a.toml"},
		{[]string{"/tmp/x/new.toml", "/tmp/x/rules.d/../b.toml"}, "/etc/sallyport/b.toml"},
		{[]string{"new.toml", "rules.d/a.toml"}, "/etc/sallyport/rules.d/a.toml"},
		{[]string{"/tmp/x/new.toml", "/tmp/x/../a.toml"}, ""},
		{[]string{"/tmp/x/new.toml", "/etc/shadow"}, ""},
		{[]string{"/tmp/x/new.toml", "rules.d/a.toml"}, ""},
		{[]string{"new.toml", "../a.toml"}, ""},
		{[]string{"new.toml", ".."}, ""},
	} {
		files := []File{{Name: c.names[0]}, {Name: c.names[1]}}
		got, err := Moved(files, "/etc/sallyport/sallyport.toml")
		switch {
		case c.want == "" && err == nil:
			t.Errorf("%v: %v", c.names, got)
		case c.want != "" && (err != nil || got[0].Name != "/etc/sallyport/sallyport.toml" || got[1].Name != c.want):
			t.Errorf("%v: %v, %v", c.names, got, err)
		}
	}
}

// TestWriteThatFails leaves what was on disk, what somebody has written since
// included.
func TestWriteThatFails(t *testing.T) {
	d := disk{t, t.TempDir()}
	d.write("a=1", "b=mine", "gone=1")
	if err := os.MkdirAll(filepath.Join(d.dir, "a.new", "in-the-way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Write(d.files("a=2", "b=2", "new=2"), d.files("a=1", "b=1", "gone=1")); err == nil {
		t.Error("no error")
	}
	d.has("a=1", "b=mine", "gone=1")
}

// TestWriteLeavesWhatIsElsewhere: a file that is not below the first may be read by
// others.
func TestWriteLeavesWhatIsElsewhere(t *testing.T) {
	d := disk{t, t.TempDir()}
	d.write("conf/a=1", "conf/b=1")
	d.write("common=1")
	if err := Write(d.files("conf/a=2"), d.files("conf/a=1", "common=1", "conf/b=1")); err != nil {
		t.Error(err)
	}
	d.has("conf/a=2", "common=1")
	if err := Write(d.files("conf/a=3", "common=1"), nil); err != nil {
		t.Error(err)
	}
	if err := Write(d.files("conf/a=4", "common=2"), nil); err == nil || !strings.Contains(err.Error(), "is not below") {
		t.Error(err)
	}
	d.has("conf/a=3", "common=1")
}
