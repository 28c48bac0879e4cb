package history

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"sallyport/appliance/durable"
)

func (s *Store) pendingPath() string { return filepath.Join(s.dir, "pending.json") }

// Hold says that p.Entry is about to be in force and not final. When it returns,
// a crash does not forget that.
func (s *Store) Hold(p Pending) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.write(s.pendingPath(), p)
}

// Pending returns what is not final, nil if all is.
func (s *Store) Pending() (*Pending, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pending()
}

func (s *Store) pending() (*Pending, error) {
	var p Pending
	err := s.read(s.pendingPath(), &p)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &p, nil
}

// Settle says what became of the entry, and that nothing is pending any more: that
// also if the former cannot be written, as the next start would do it again, over
// what was changed since.
func (s *Store) Settle(n int, as State) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.get(n)
	if err == nil {
		e.State = as
		err = s.write(s.path(n), e)
	}
	return errors.Join(err, s.release())
}

// Release says that nothing is pending any more.
func (s *Store) Release() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.release()
}

func (s *Store) release() error {
	if err := os.Remove(s.pendingPath()); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	return durable.SyncDir(s.dir)
}
