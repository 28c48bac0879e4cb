package durable

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// ErrIrregular means that there is something of that name which is no file.
var ErrIrregular = errors.New("not a file")

// Open opens a file that only this user, or root, can have written: who writes
// sessions or policies opens the firewall. It returns its size too.
func Open(path string) (*os.File, int64, error) {
	// A named pipe must not hold up the start.
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil {
		err = trusted(info)
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}

func trusted(info fs.FileInfo) error {
	owner := info.Sys().(*syscall.Stat_t).Uid
	switch {
	case !info.Mode().IsRegular():
		return ErrIrregular
	case owner != 0 && int(owner) != os.Geteuid():
		return fmt.Errorf("it belongs to user %d, who could have made up what it says", owner)
	case info.Mode()&0o022 != 0:
		return errors.New("others may write to it, and could have made up what it says")
	}
	return nil
}

// Replace replaces the file at path by what save writes, in one step: at
// any moment, a fall of the machine included, there is the old file or the new.
// Only this user can read it. Its directory is made if there is none.
func Replace(path string, save func(io.Writer) error) error {
	fresh, dir := path+".new", filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := writeFresh(fresh, save); err != nil {
		return errors.Join(err, removeIfThere(fresh))
	}
	if err := os.Rename(fresh, path); err != nil {
		return errors.Join(err, removeIfThere(fresh))
	}
	return SyncDir(dir)
}

// writeFresh writes a file that was not there before; one that a killed run has
// left, or a link that somebody has put there, is removed, not written to.
func writeFresh(path string, save func(io.Writer) error) error {
	if err := removeIfThere(path); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = save(f)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// SyncDir makes renames and removals in dir last.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Rewrite replaces the content of a file that belongs to people: who may read and
// write it stays, and a link stays a link. A new file can be read by all.
func Rewrite(path string, text []byte) error {
	path = followed(path)
	mode, owner := fs.FileMode(0o644), -1
	group := -1
	if info, err := os.Stat(path); err == nil {
		st := info.Sys().(*syscall.Stat_t)
		mode, owner, group = info.Mode().Perm(), int(st.Uid), int(st.Gid)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	fresh := path + ".new"
	err := writeFresh(fresh, func(w io.Writer) error { _, err := w.Write(text); return err })
	if err == nil {
		err = errors.Join(os.Chown(fresh, owner, group), os.Chmod(fresh, mode))
	}
	if err == nil {
		err = os.Rename(fresh, path)
	}
	if err != nil {
		return errors.Join(err, removeIfThere(fresh))
	}
	return SyncDir(filepath.Dir(path))
}

// maxLinks is how many links that lead to each other are followed: as many as
// Linux does.
const maxLinks = 40

// followed returns where a link leads, also if there is nothing yet.
func followed(path string) string {
	for range maxLinks {
		to, err := os.Readlink(path)
		if err != nil {
			return path
		}
		if filepath.IsAbs(to) {
			path = to
		} else if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
			path = filepath.Join(dir, to)
		}
	}
	return path
}
