package appliance

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"sallyport/appliance/history"
)

// TestCommitThatNoRestartCouldTakeBack is refused, and the history does not speak
// of it: it was never in force.
func TestCommitThatNoRestartCouldTakeBack(t *testing.T) {
	dir := t.TempDir()
	store := history.New(dir)
	base := history.Entry{State: history.Confirmed}
	var err error
	if base.Number, err = store.Add(base); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "pending.json.new", "in-the-way"), 0o700); err != nil {
		t.Fatal(err)
	}
	a := &Appliance{committing: commits{store: store}}
	if _, err := a.try(nil, history.Entry{What: "commit"}, base, nil, time.Minute); err == nil {
		t.Fatal("taken")
	}
	all, err := store.All()
	if err != nil || len(all) != 1 || all[0].Number != base.Number {
		t.Errorf("%v, %v", all, err)
	}
	if a.committing.pending != nil {
		t.Error("it waits to be confirmed")
	}
}
