package history

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sallyport/appliance/durable"
)

// Below reports an error unless all files are in the directory of the first, or
// below it: who may commit may write those, and no others.
func Below(files []File) error {
	dir := filepath.Dir(files[0].Name)
	for _, f := range files {
		in, err := filepath.Rel(dir, f.Name)
		if err != nil || in == ".." || strings.HasPrefix(in, "../") {
			return fmt.Errorf("%s is not below %s: a commit keeps and writes only files there", f.Name, dir)
		}
	}
	return nil
}

// Moved returns files as they are named when the first is called main.
func Moved(files []File, main string) (moved []File, err error) {
	from, to := filepath.Dir(files[0].Name), filepath.Dir(main)
	if err := Below(files); err != nil {
		return nil, err
	}
	for i, f := range files {
		in, err := filepath.Rel(from, f.Name)
		if err != nil {
			return nil, err
		}
		if f.Name = filepath.Join(to, in); i == 0 {
			f.Name = main
		}
		moved = append(moved, f)
	}
	return moved, nil
}

// Write makes the files on disk what want says. Those of before that want has not
// are removed, unless somebody has written something else to them. Each is replaced
// in one step, the first last: it includes the others. What is not below the first
// is others' too: it is not removed, and must say already what it should. After an
// error the disk has what it had, unless that cannot be written either.
func Write(want, before []File) error {
	found := onDisk(slices.Concat(want, before))
	err := write(want)
	if err == nil {
		err = remove(want, before)
	}
	if err != nil {
		_, back := PutBack(want, found)
		err = errors.Join(err, back)
	}
	return err
}

// onDisk returns those of files that are there, with what they say.
func onDisk(files []File) (found []File) {
	for _, f := range files {
		if text, err := os.ReadFile(f.Name); err == nil && !has(found, f.Name) {
			found = append(found, File{f.Name, string(text)})
		}
	}
	return found
}

func write(want []File) error {
	for i := len(want) - 1; i >= 0; i-- {
		if isThere(want[i]) {
			continue
		}
		err := Below([]File{want[0], want[i]})
		if err == nil {
			err = rewrite(want[i])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// remove removes those of before that want has not.
func remove(want, before []File) error {
	for _, f := range before {
		if has(want, f.Name) || Below([]File{want[0], f}) != nil || !isThere(f) {
			continue
		}
		if err := os.Remove(f.Name); err != nil {
			return err
		}
	}
	return nil
}

// PutBack undoes a Write of want over before, also one that came about in part.
// What somebody has written since is left, and named.
func PutBack(want, before []File) (left []string, err error) {
	for i, f := range append(before[:len(before):len(before)], want...) {
		if i >= len(before) && has(before, f.Name) {
			continue
		}
		text, readErr := os.ReadFile(f.Name)
		was, is := textOf(before, f.Name), textOf(want, f.Name)
		switch {
		case errors.Is(readErr, fs.ErrNotExist) && was == nil, was != nil && readErr == nil && string(text) == *was:
		case readErr == nil && (is == nil || string(text) != *is):
			left = append(left, f.Name)
		case was == nil:
			err = errors.Join(err, os.Remove(f.Name))
		default:
			err = errors.Join(err, rewrite(File{f.Name, *was}))
		}
	}
	return left, err
}

func textOf(files []File, name string) *string {
	for i := range files {
		if files[i].Name == name {
			return &files[i].Text
		}
	}
	return nil
}

func has(files []File, name string) bool { return textOf(files, name) != nil }

// isThere reports whether a file says that on disk.
func isThere(f File) bool {
	text, err := os.ReadFile(f.Name)
	return err == nil && string(text) == f.Text
}

func rewrite(f File) error { return durable.Rewrite(f.Name, []byte(f.Text)) }
