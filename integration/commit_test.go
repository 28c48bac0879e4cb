package integration

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sallyport/appliance/lab"
)

// closedTo443 reports whether the web server is refused, as it is under closing.
func (e *edited) closedTo443(t *testing.T) bool {
	t.Helper()
	return curlCode(e.lab.Inside, url(e.lab.Outside.IPv4(), 443, "/")) == curlRefused
}

// elsewhere writes a configuration to a file that is not the firewall's.
func elsewhere(t *testing.T, text string) string {
	t.Helper()
	return writeConfig(t, text)
}

func (e *edited) does(args ...string) {
	e.t.Helper()
	if code, said := e.tell(args...); code != 0 {
		e.t.Fatalf("%v: exit %d: %s", args, code, said)
	}
}

func (e *edited) text() string {
	e.t.Helper()
	b, err := os.ReadFile(e.file)
	if err != nil {
		e.t.Fatal(err)
	}
	return string(b)
}

// startCommitting has a web server outside, which closing closes.
func startCommitting(t *testing.T) (*edited, string) {
	t.Helper()
	need(t, "curl")
	l := newLab(t, lab.Config{})
	serveWeb(t, l.Outside, 443)
	config := open("auto")
	return startEdited(t, l, config), config
}

// TestCommitConfirmed goes through a change as it should be made.
func TestCommitConfirmed(t *testing.T) {
	w, config := startCommitting(t)
	w.does("commit", elsewhere(t, closing+config), "--confirm", "1m", "--comment", "no web")
	if !w.closedTo443(t) || w.text() != config {
		t.Error("it is not in force, or the file was written before it was confirmed")
	}
	if code, said := w.tell("reload"); code != 2 || !strings.Contains(said, "waits") {
		t.Errorf("reload: exit %d: %s", code, said)
	}
	w.does("confirm")
	if !w.closedTo443(t) || w.text() != closing+config {
		t.Error("it is not in force, or not in the file")
	}
	w.does("rollback")
	if w.closedTo443(t) || w.text() != config {
		t.Error("what was before is not back")
	}
	type change struct {
		Number               int
		What, State, Comment string
		User                 string
	}
	all := lines[change](w.firewall, "history")
	want := []change{{3, "rollback", "confirmed", "to 1", "root"}, {2, "commit", "confirmed", "no web", "root"}, {1, "start", "confirmed", "", "-"}}
	for i := range want {
		if len(all) != len(want) || all[i] != want[i] {
			t.Fatalf("history %+v, want %+v", all, want)
		}
	}
	if code, _ := w.tell("rollback", "77"); code != 2 {
		t.Errorf("rollback to nothing: exit %d", code)
	}
}

// TestCommitRevertsByItself when nobody confirms; and by rollback before.
func TestCommitRevertsByItself(t *testing.T) {
	w, config := startCommitting(t)
	candidate := elsewhere(t, closing+config)
	w.does("commit", candidate, "--confirm", "2s")
	if !w.closedTo443(t) {
		t.Error("it is not in force")
	}
	eventually(t, "it is taken back", func() bool { return !w.closedTo443(t) })
	if code, _ := w.tell("confirm"); code != 2 {
		t.Errorf("a late confirm: exit %d", code)
	}
	w.does("commit", candidate, "--confirm", "1h")
	w.does("rollback")
	if w.closedTo443(t) || w.text() != config {
		t.Error("what was before is not back")
	}
}

// TestKillDuringUnconfirmedCommit ends the firewall as a machine that loses its
// power does, and starts it: the old policy is back, and it says so. The
// candidate was a file of its own, or the firewall's file, edited in place.
func TestKillDuringUnconfirmedCommit(t *testing.T) {
	for _, inPlace := range []bool{false, true} {
		w, config := startCommitting(t)
		args := []string{"commit", "--confirm", "1h"}
		if inPlace {
			w.write(closing + config)
		} else {
			args = append(args, elsewhere(t, closing+config))
		}
		w.does(args...)
		if !w.closedTo443(t) {
			t.Fatal("it is not in force")
		}
		w.cmd.Kill()
		again := &edited{startFirewallWith(t, w.lab, nil, "--config", w.file), w.file}
		if again.closedTo443(t) || again.text() != config {
			t.Errorf("in place %v: the old policy is not back", inPlace)
		}
		if !strings.Contains(again.log.String(), "not confirmed") || !strings.Contains(again.recovered(), "not confirmed") {
			t.Errorf("in place %v: it does not say so: %s", inPlace, again.recovered())
		}
		again.stop()
		last := &edited{startFirewallWith(t, w.lab, nil, "--config", w.file), w.file}
		if last.closedTo443(t) || last.recovered() != "" {
			t.Errorf("in place %v: the next start recovers again: %s", inPlace, last.recovered())
		}
	}
}

func (f *firewall) recovered() string {
	f.t.Helper()
	var status struct{ Policy struct{ Recovered string } }
	out, err := f.ask("status", "--json")
	if err == nil {
		err = json.Unmarshal(out, &status)
	}
	if err != nil {
		f.t.Fatal(err)
	}
	return status.Policy.Recovered
}

// TestCommitWithoutHistory has nowhere to keep anything.
func TestCommitWithoutHistory(t *testing.T) {
	w, config := startCommitting(t)
	if err := os.WriteFile(w.file+".history", []byte("in the way"), 0o600); err != nil {
		t.Fatal(err)
	}
	candidate := elsewhere(t, closing+config)
	if code, said := w.tell("commit", candidate, "--confirm", "1m"); code != 2 || !strings.Contains(said, "history") || w.closedTo443(t) {
		t.Errorf("exit %d: %s", code, said)
	}
	if code, said := w.tell("commit", candidate); code != 0 || !strings.Contains(said, "not in the history") || !w.closedTo443(t) {
		t.Errorf("exit %d: %s", code, said)
	}
}

// TestCommitWithIncludes takes all files along, below the firewall's own.
func TestCommitWithIncludes(t *testing.T) {
	w, config := startCommitting(t)
	candidate := elsewhere(t, "include = [\"rules.d/*.toml\"]\n"+config)
	dir := filepath.Join(filepath.Dir(candidate), "rules.d")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "closed.toml"), []byte(closing), 0o644); err != nil {
		t.Fatal(err)
	}
	w.does("commit", candidate)
	included := filepath.Join(filepath.Dir(w.file), "rules.d/closed.toml")
	if b, err := os.ReadFile(included); err != nil || string(b) != closing || !w.closedTo443(t) {
		t.Errorf("%v: %s", err, b)
	}
	w.does("rollback", "1")
	if _, err := os.Stat(included); err == nil || w.text() != config {
		t.Error("the included file is still there")
	}
}
