package history

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"sallyport/appliance/durable"
)

// Most is how many configurations are kept.
const Most = 50

// maxEntry bounds what is read of one, in bytes: the largest configuration, and
// what JSON makes of it.
const maxEntry = 128 << 20

// ErrNone means that there is no such entry.
var ErrNone = errors.New("there is no such configuration in the history")

// Store is a history on disk. It may be used by several goroutines of one
// process.
type Store struct {
	dir string
	mu  sync.Mutex
}

// New returns the history in a directory, which is made when something is first
// kept.
func New(dir string) *Store { return &Store{dir: dir} }

// Dir is the directory.
func (s *Store) Dir() string { return s.dir }

// Add keeps e under the next number, which it returns, and forgets what is older
// than the last Most; never what Pending speaks of.
func (s *Store) Add(e Entry) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	numbers, err := s.numbers()
	if err != nil {
		return 0, err
	}
	e.Number = 1
	if n := len(numbers); n > 0 {
		e.Number = numbers[n-1] + 1
	}
	if err := s.write(s.path(e.Number), e); err != nil {
		return 0, err
	}
	return e.Number, s.prune(append(numbers, e.Number))
}

func (s *Store) prune(numbers []int) error {
	p, err := s.pending()
	if err != nil {
		return err
	}
	for _, n := range numbers[:max(0, len(numbers)-Most)] {
		if p != nil && (n == p.Entry || n == p.Base) {
			continue
		}
		if err := os.Remove(s.path(n)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Drop forgets an entry, as one that did not come about.
func (s *Store) Drop(n int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return os.Remove(s.path(n))
}

// Get returns an entry; the error is ErrNone if there is none of that number.
func (s *Store) Get(n int) (e Entry, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.get(n)
}

func (s *Store) get(n int) (e Entry, err error) {
	err = s.read(s.path(n), &e)
	if errors.Is(err, fs.ErrNotExist) {
		return e, fmt.Errorf("%d: %w", n, ErrNone)
	}
	return e, err
}

// All returns the entries, the newest first. One that cannot be read is left out.
func (s *Store) All() (all []Entry, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	numbers, err := s.numbers()
	for _, n := range slices.Backward(numbers) {
		e, getErr := s.get(n)
		if getErr == nil {
			all = append(all, e)
		}
		err = errors.Join(err, getErr)
	}
	return all, err
}

// Current returns the newest entry that was not reverted.
func (s *Store) Current() (Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	numbers, err := s.numbers()
	if err != nil {
		return Entry{}, err
	}
	for _, n := range slices.Backward(numbers) {
		if e, err := s.get(n); err != nil || e.State != Reverted {
			return e, err
		}
	}
	return Entry{}, ErrNone
}

func (s *Store) path(n int) string { return filepath.Join(s.dir, fmt.Sprintf("%06d.json", n)) }

// numbers are those of the entries, ascending.
func (s *Store) numbers() (list []int, err error) {
	names, err := os.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, f := range names {
		digits, isEntry := strings.CutSuffix(f.Name(), ".json")
		if n, err := strconv.Atoi(digits); isEntry && err == nil && n > 0 {
			list = append(list, n)
		}
	}
	slices.Sort(list)
	return list, err
}

func (s *Store) write(path string, v any) error {
	return durable.Replace(path, func(w io.Writer) error { return json.NewEncoder(w).Encode(v) })
}

func (s *Store) read(path string, v any) error {
	f, size, err := durable.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if size > maxEntry {
		return fmt.Errorf("%s: larger than %d MiB", path, maxEntry>>20)
	}
	if err := json.NewDecoder(f).Decode(v); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
