package conf

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// File is one of the files that settings are read from.
type File struct {
	Name string // as faults name it: a path, from where the program runs
	Text []byte
}

// library is where files are found.
type library interface {
	read(name string) ([]byte, error)
	// match returns the names that a pattern as filepath.Match has it stands for,
	// in order.
	match(pattern string) []string
	// holds reports whether there is such a directory.
	holds(dir string) bool
}

// disk is the files of the machine.
type disk struct{}

func (disk) read(name string) ([]byte, error) { return os.ReadFile(name) }

// match leaves out hidden files, as editors put their locks there, unless the
// pattern asks for them.
func (disk) match(pattern string) []string {
	names, _ := filepath.Glob(pattern) // patterns are sound: see checkPattern
	return visible(names, pattern)
}

func (disk) holds(dir string) bool {
	info, err := os.Stat(dir)
	return err == nil && info.IsDir()
}

// shelf is files that were read before. The first is the one to start with.
type shelf []File

func (s shelf) read(name string) ([]byte, error) {
	if i := slices.IndexFunc(s, func(f File) bool { return f.Name == name }); i >= 0 {
		return s[i].Text, nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

func (s shelf) match(pattern string) (names []string) {
	for _, f := range s {
		if ok, _ := filepath.Match(pattern, f.Name); ok {
			names = append(names, f.Name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return slices.Compare(steps(a), steps(b)) })
	return visible(names, pattern)
}

// steps are the names on the way to a file. filepath.Glob sorts one after the
// other: "a/x" comes before "a-b/x".
func steps(name string) []string { return strings.Split(name, string(filepath.Separator)) }

func (s shelf) holds(dir string) bool {
	return slices.ContainsFunc(s, func(f File) bool { return filepath.Dir(f.Name) == dir })
}

func visible(names []string, pattern string) []string {
	if strings.HasPrefix(filepath.Base(pattern), ".") {
		return names
	}
	return slices.DeleteFunc(names, func(n string) bool { return strings.HasPrefix(filepath.Base(n), ".") })
}

// why is what an error of a file system says, without the path.
func why(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
