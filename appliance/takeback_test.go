package appliance

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sallyport/appliance/control"
	"sallyport/appliance/history"
)

// failing is a configuration that a firewall starts with, though a test of its
// fails; passing is one that can be committed over it.
const (
	passing = "[inside]\nnetworks = [\"10.0.0.0/8\"]\n[[rule]]\nname = \"web\"\nfrom = \"inside\"\naction = \"drop\"\n"
	failing = passing + "[[test]]\nfrom = \"inside\"\npacket = \"10.1.0.5 -> 1.1.1.1 tcp/443\"\nexpect = \"accept\"\n"
)

// inForceIs looks at what is in force and what the next start reads.
func inForceIs(t *testing.T, a *Appliance, want string) {
	t.Helper()
	if got := string(a.inForce.Load().read.Files[0].Text); got != want {
		t.Errorf("in force:\n%s", got)
	}
	if s, err := a.from.Read(); err != nil || string(s.Files[0].Text) != want {
		t.Errorf("on disk: %v, %v", s, err)
	}
}

// What was in force comes back when nobody confirms, whatever its tests say: it
// was in force with them.
func TestRevertIsNotHeldToTests(t *testing.T) {
	a := newRunning(t, failing)
	files := []control.File{{Name: "/home/ann/new.toml", Text: passing}}
	if _, err := a.Commit(control.Commit{Files: files, Confirm: 60}, control.Peer{}); err != nil {
		t.Fatal(err)
	}
	a.committing.pending.until = time.Now()
	a.revertLate()
	if a.committing.pending != nil {
		t.Error("it still waits")
	}
	inForceIs(t, a, failing)
	if _, err := a.Reload(control.Consent{}, control.Peer{}); err == nil || !strings.Contains(err.Error(), "want \"accept\"") {
		t.Errorf("reloaded with a test that fails: %v", err)
	}
	if p, err := history.New(a.committing.store.Dir()).Pending(); p != nil || err != nil {
		t.Errorf("pending: %v, %v", p, err)
	}
}

// A commit of several files that cannot all be written is not in force, not in the
// history, and on disk is what was there: also what somebody has edited since.
func TestCommitThatCannotBeWritten(t *testing.T) {
	a := newRunning(t, "include = [\"*.inc\"]\n"+passing)
	dir := filepath.Dir(a.from.File)
	was := string(a.inForce.Load().read.Files[0].Text)
	write(t, filepath.Join(dir, "a.inc"), "[log]\nlevel = \"warn\"\n")
	if err := os.MkdirAll(filepath.Join(a.from.File+".new", "in-the-way"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := a.Commit(control.Commit{Files: []control.File{
		{Name: "/home/ann/new.toml", Text: "include = [\"*.inc\"]\n# new\n" + passing},
		{Name: "/home/ann/a.inc", Text: "[log]\nlevel = \"error\"\n"},
		{Name: "/home/ann/b.inc", Text: "tun.queues = 0\n"},
	}}, control.Peer{})
	if err == nil || !strings.HasPrefix(err.Error(), "nothing was changed, because it cannot be written: ") {
		t.Error(err)
	}
	inForceIs(t, a, was)
	if b, err := os.ReadFile(filepath.Join(dir, "a.inc")); err != nil || string(b) != "[log]\nlevel = \"warn\"\n" {
		t.Errorf("an included file is %q, %v", b, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "b.inc")); err == nil {
		t.Error("a file of the commit is left")
	}
	store := a.committing.store
	all, err := store.All()
	if err != nil || len(all) != 1 || all[0].What != "start" {
		t.Errorf("history %v, %v", all, err)
	}
	if p, err := store.Pending(); p != nil || err != nil {
		t.Errorf("pending: %v, %v", p, err)
	}
}

// The history of a commit that is taken back is on a disk that is full, perhaps:
// nothing may be left that the next start would finish.
func TestTakeBackNeedsNoRoom(t *testing.T) {
	a := newRunning(t, passing)
	store := a.committing.store
	n, err := store.Add(history.Entry{What: "commit"})
	if err == nil {
		err = store.Hold(history.Pending{Entry: n, Base: n, Final: true})
	}
	if err == nil {
		err = os.MkdirAll(filepath.Join(store.Dir(), fmt.Sprintf("%06d.json.new", n), "in-the-way"), 0o700)
	}
	if err != nil {
		t.Fatal(err)
	}
	var config *control.ConfigError
	if err := a.takeBack(a.inForce.Load().read, n, syscall.ENOSPC); !errors.As(err, &config) {
		t.Error(err)
	}
	if p, err := store.Pending(); p != nil || err != nil {
		t.Errorf("the next start would finish it: %v, %v", p, err)
	}
	var half *halfDone
	if err := a.takeBack(a.inForce.Load().read, n, syscall.ENOSPC); !errors.As(err, &half) || strings.Contains(err.Error(), "nothing was changed") {
		t.Errorf("the entry is not there: %v", err)
	}
}
