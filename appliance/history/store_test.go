package history

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func entry(text string) Entry {
	return Entry{At: time.Unix(1000, 0).UTC(), User: "ann", What: "commit", State: Confirmed, Files: []File{{"/etc/a.toml", text}}}
}

func add(t *testing.T, s *Store, e Entry) int {
	t.Helper()
	n, err := s.Add(e)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func numbersOf(t *testing.T, s *Store) (list []int) {
	t.Helper()
	all, err := s.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		list = append(list, e.Number)
	}
	return list
}

func TestStoreKeepsTheLast(t *testing.T) {
	s := New(filepath.Join(t.TempDir(), "new"))
	if _, err := s.Current(); !errors.Is(err, ErrNone) || len(numbersOf(t, s)) != 0 {
		t.Fatalf("an empty history: %v", err)
	}
	for i := range Most + 10 {
		if n := add(t, s, entry(fmt.Sprint(i))); n != i+1 {
			t.Fatalf("number %d, want %d", n, i+1)
		}
	}
	list := numbersOf(t, s)
	if len(list) != Most || list[0] != Most+10 || list[Most-1] != 11 {
		t.Errorf("kept %v", list)
	}
	again := New(s.Dir())
	e, err := again.Get(Most + 10)
	if err != nil || e.Files[0].Text != fmt.Sprint(Most+9) || e.User != "ann" || !e.At.Equal(time.Unix(1000, 0)) {
		t.Errorf("%+v, %v", e, err)
	}
	if _, err := again.Get(10); !errors.Is(err, ErrNone) {
		t.Errorf("a forgotten one: %v", err)
	}
}

// TestPendingIsKept: what a start after a crash needs is not forgotten for newer
// entries, and nothing is pending once it is settled.
func TestPendingIsKept(t *testing.T) {
	s := New(t.TempDir())
	base, tried := add(t, s, entry("base")), add(t, s, entry("tried"))
	until := time.Now().UTC().Truncate(time.Second)
	if err := s.Hold(Pending{Entry: tried, Base: base, Until: until}); err != nil {
		t.Fatal(err)
	}
	for range Most + 5 {
		add(t, s, entry("more"))
	}
	p, err := New(s.Dir()).Pending()
	if err != nil || p == nil || *p != (Pending{Entry: tried, Base: base, Until: until}) {
		t.Fatalf("%+v, %v", p, err)
	}
	if list := numbersOf(t, s); len(list) != Most+2 || !slices.Contains(list, base) || !slices.Contains(list, tried) {
		t.Errorf("kept %v", list)
	}
	if err := s.Settle(tried, Reverted); err != nil {
		t.Fatal(err)
	}
	if p, err := s.Pending(); p != nil || err != nil {
		t.Errorf("%+v, %v", p, err)
	}
	if e, err := s.Get(tried); err != nil || e.State != Reverted || e.Files[0].Text != "tried" {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestCurrentIsNoRevertedOne(t *testing.T) {
	s := New(t.TempDir())
	first := add(t, s, entry("first"))
	second := add(t, s, entry("second"))
	if e, err := s.Current(); err != nil || e.Number != second {
		t.Errorf("%+v, %v", e, err)
	}
	if err := s.Settle(second, Reverted); err != nil {
		t.Fatal(err)
	}
	if e, err := s.Current(); err != nil || e.Number != first {
		t.Errorf("%+v, %v", e, err)
	}
}

// TestDamage: an entry that cannot be read does not hide the others, and what may
// be pending is never guessed.
func TestDamage(t *testing.T) {
	s := New(t.TempDir())
	add(t, s, entry("first"))
	second := add(t, s, entry("second"))
	if err := os.WriteFile(s.path(1), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := s.All()
	if err == nil || len(all) != 1 || all[0].Number != second {
		t.Errorf("%+v, %v", all, err)
	}
	for _, text := range []string{"", "{", `{"entry":"x"}`} {
		if err := os.WriteFile(s.pendingPath(), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if p, err := s.Pending(); err == nil {
			t.Errorf("%q: %+v", text, p)
		}
	}
	if err := errors.Join(os.WriteFile(s.pendingPath(), []byte("{}"), 0o600), os.Chmod(s.pendingPath(), 0o666)); err != nil {
		t.Fatal(err)
	}
	if p, err := s.Pending(); err == nil {
		t.Errorf("a file that others can write to: %+v", p)
	}
}

// TestSettleWithoutItsEntry leaves nothing for the next start to do again.
func TestSettleWithoutItsEntry(t *testing.T) {
	s := New(t.TempDir())
	if err := s.Hold(Pending{Entry: 7, Final: true}); err != nil {
		t.Fatal(err)
	}
	if err := s.Settle(7, Confirmed); !errors.Is(err, ErrNone) {
		t.Error(err)
	}
	if p, err := s.Pending(); p != nil || err != nil {
		t.Errorf("%v, %v", p, err)
	}
}
