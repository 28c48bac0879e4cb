package durable

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func writes(text string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, text); return err }
}

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// names lists a directory.
func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func TestFileIsReplacedWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "state")
	for _, text := range []string{"first", "second"} {
		if err := Replace(path, writes(text)); err != nil || content(t, path) != text {
			t.Fatalf("%s: %v, %q", text, err, content(t, path))
		}
	}
	full := errors.New("no space left")
	err := Replace(path, func(w io.Writer) error { _, _ = io.WriteString(w, "half of"); return full })
	if !errors.Is(err, full) || content(t, path) != "second" {
		t.Errorf("after %v the file is %q", err, content(t, path))
	}
	if list := names(t, filepath.Dir(path)); len(list) != 1 {
		t.Errorf("left: %v", list)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// TestFileOverLeftovers has what a killed run left, or somebody else put
// there.
func TestFileOverLeftovers(t *testing.T) {
	dir := t.TempDir()
	path, other := filepath.Join(dir, "state"), filepath.Join(dir, "other")
	for name, leave := range map[string]func() error{
		"half a file": func() error { return os.WriteFile(path+".new", []byte("half of a very long"), 0o644) },
		"a link":      func() error { return os.Symlink(other, path+".new") },
	} {
		if err := errors.Join(os.WriteFile(other, []byte("precious"), 0o600), leave()); err != nil {
			t.Fatal(err)
		}
		if err := Replace(path, writes("saved")); err != nil || content(t, path) != "saved" || content(t, other) != "precious" {
			t.Errorf("%s: %v, %q, %q", name, err, content(t, path), content(t, other))
		}
	}
}

func TestFileCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "state")
	if err := os.MkdirAll(filepath.Join(dir, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	for what, path := range map[string]string{"in a file": filepath.Join(file, "state"), "a directory": dir} {
		if err := Replace(path, writes("x")); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	if _, err := os.Stat(dir + ".new"); err == nil {
		t.Error("the new file was left")
	}
}

// TestFileOfOthers opens what somebody else may have written.
func TestFileOfOthers(t *testing.T) {
	for _, c := range []struct {
		says string
		make func(path string) error
	}{
		{"", func(path string) error { return os.WriteFile(path, nil, 0o644) }},
		{"others may write", func(path string) error { return errors.Join(os.WriteFile(path, nil, 0o600), os.Chmod(path, 0o620)) }},
		{"others may write", func(path string) error { return errors.Join(os.WriteFile(path, nil, 0o600), os.Chmod(path, 0o602)) }},
		{ErrIrregular.Error(), func(path string) error { return os.Mkdir(path, 0o700) }},
		{ErrIrregular.Error(), func(path string) error { return unix.Mkfifo(path, 0o600) }},
		{"belongs to user 65534", func(path string) error {
			return errors.Join(os.WriteFile(path, nil, 0o600), os.Chown(path, 65534, 65534))
		}},
	} {
		if strings.Contains(c.says, "belongs") && os.Getuid() != 0 {
			continue // only root can give a file away
		}
		path := filepath.Join(t.TempDir(), "state")
		if err := c.make(path); err != nil {
			t.Fatal(err)
		}
		f, _, err := Open(path)
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("want %q, got %v", c.says, err)
		}
		if err == nil {
			f.Close()
		}
	}
}

// TestRewriteThroughLinks: a link stays one, and what it leads to is written, also
// if that is yet to be.
func TestRewriteThroughLinks(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := errors.Join(os.MkdirAll(at("real/etc"), 0o700), os.Symlink("real/etc", at("etc")),
		os.Symlink("../x", at("etc/relative")), os.Symlink(at("etc/relative"), at("chain")), os.Symlink("none/y", at("no-directory"))); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ link, file, text string }{
		{"chain", "real/x", "first"}, {"chain", "real/x", "second"}, {"etc/relative", "real/x", "third"}, {"no-directory", "none/y", "made"},
	} {
		if err := Rewrite(at(c.link), []byte(c.text)); err != nil || content(t, at(c.file)) != c.text {
			t.Fatalf("%s: %v", c.link, err)
		}
		if info, err := os.Lstat(at(c.link)); err != nil || info.Mode()&os.ModeSymlink == 0 {
			t.Errorf("%s is no link any more: %v", c.link, err)
		}
	}
}
