package appliance

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sallyport/appliance/history"
	"sallyport/conf"
)

// ruleNamed is a configuration of one rule.
func ruleNamed(name string) string {
	return "[[rule]]\nname = \"" + name + "\"\nfrom = \"inside\"\naction = \"accept\"\n"
}

// leftover is what a run has left: the file on disk, and a commit of the second of
// the history over the first.
type leftover struct {
	disk    string
	pending *history.Pending
	state   history.State // of the second
}

func (l leftover) source(t *testing.T) (Source, *history.Store) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "a.toml")
	f := Source{File: file, Read: func() (*conf.Settings, error) { return conf.Load(file) }, Over: func(*conf.Settings) {}}
	store := f.history(nil)
	for i, text := range []string{ruleNamed("old"), ruleNamed("new")} {
		e := history.Entry{What: "commit", User: "ann", State: history.Confirmed, Files: []history.File{{Name: file, Text: text}}}
		if i == 1 {
			e.State = l.state
		}
		if _, err := store.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	if l.pending != nil {
		if err := store.Hold(*l.pending); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(file, []byte(l.disk), 0o600); err != nil {
		t.Fatal(err)
	}
	return f, store
}

// TestRecover starts after every way in which a run can end with a commit.
func TestRecover(t *testing.T) {
	pending, final := &history.Pending{Entry: 2, Base: 1}, &history.Pending{Entry: 2, Base: 1, Final: true}
	for _, c := range []struct {
		name  string
		left  leftover
		rule  string // that is in force then
		disk  string
		says  string // "": nothing
		state history.State
	}{
		{"nothing waits", leftover{ruleNamed("new"), nil, history.Confirmed}, "new", ruleNamed("new"), "", history.Confirmed},
		{"a candidate apart", leftover{ruleNamed("old"), pending, history.Unconfirmed}, "old", ruleNamed("old"), "is back", history.Reverted},
		{"edited in place", leftover{ruleNamed("new"), pending, history.Unconfirmed}, "old", ruleNamed("old"), "is back", history.Reverted},
		{"edited since, and broken", leftover{"[rule", pending, history.Unconfirmed}, "old", "[rule", "left as they are", history.Reverted},
		{"half written", leftover{ruleNamed("old"), final, history.Unconfirmed}, "new", ruleNamed("new"), "they are now", history.Confirmed},
		{"written, and not yet said", leftover{ruleNamed("new"), pending, history.Confirmed}, "new", ruleNamed("new"), "they are now", history.Confirmed},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, store := c.left.source(t)
			s, r, err := f.Recover(f.Read())
			if err != nil || len(s.Policy.Rules) != 1 || s.Policy.Rules[0].Name != c.rule || s.File != f.File {
				t.Fatalf("%+v, %v", s, err)
			}
			if (r == nil) != (c.says == "") || r != nil && !strings.Contains(r.String(), c.says) {
				t.Errorf("says %v", r)
			}
			text, _ := os.ReadFile(f.File)
			e, _ := store.Get(2)
			if p, err := store.Pending(); string(text) != c.disk || e.State != c.state || p != nil || err != nil {
				t.Errorf("on disk %q; %v; pending %v, %v", text, e.State, p, err)
			}
			if _, again, _ := f.Recover(f.Read()); again != nil {
				t.Errorf("it recovers again: %v", again)
			}
		})
	}
}

// TestRecoverGuessesNothing: what cannot be read stops the start, with what to do.
func TestRecoverGuessesNothing(t *testing.T) {
	f, store := leftover{ruleNamed("new"), &history.Pending{Entry: 2, Base: 7}, history.Unconfirmed}.source(t)
	if _, _, err := f.Recover(f.Read()); err == nil {
		t.Error("started without what was in force before")
	}
	if err := os.WriteFile(store.Dir()+"/pending.json", []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Recover(f.Read()); err == nil || !strings.Contains(err.Error(), "pending.json") {
		t.Error(err)
	}
}
