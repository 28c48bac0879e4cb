package appliance

import (
	"strings"
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
