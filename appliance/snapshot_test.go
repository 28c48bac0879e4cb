package appliance

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestS05SessionsAreTakenUp(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state")
	twoSessions(t, file)
	o := newOffline(t, file, offlineConfig, "192.0.2.1")
	o.takeUp()
	want := []string{"web internet 10.1.0.5 192.0.2.1", "out internet 10.1.0.6 192.0.2.1"}
	if got := o.flows(); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if s := o.Status().Snapshot; s.Restored != 2 || s.LeftOut != 0 || s.Written.IsZero() || s.Error != "" {
		t.Errorf("%+v", s)
	}
	if !strings.Contains(o.log.String(), `"restored":2`) {
		t.Errorf("log: %s", o.log)
	}
}

// TestSessionsWithoutAPlaceAreLeftOut starts with another policy or address.
func TestSessionsWithoutAPlaceAreLeftOut(t *testing.T) {
	for _, c := range []struct {
		name          string
		before, after string // in the configuration
		own           string
		says          string
		left          []string
	}{
		{"a rule is gone", `name   = "web"`, `name = "www"`, "192.0.2.1", `"rule_gone":1`, []string{"out internet 10.1.0.6 192.0.2.1"}},
		{"a rule drops", `"accept"`, `"drop"`, "192.0.2.1", `"rule_gone":1`, []string{"out internet 10.1.0.6 192.0.2.1"}},
		{"a rule has moved", `[[rule]]`, "[[rule]]\nname = \"first\"\naction = \"drop\"\n[[rule]]", "192.0.2.1", `"restored":2`,
			[]string{"web internet 10.1.0.5 192.0.2.1", "out internet 10.1.0.6 192.0.2.1"}},
		{"a translation is gone", `name = "internet"`, `name = "world"`, "192.0.2.1", `"rule_gone":2`, nil},
		{"another address", "", "", "192.0.2.2", `"out_of_place":2`, nil},
		{"another profile", `service = ["https"]`, "service = [\"https\"]\nprofile = \"loose\"", "192.0.2.1", `"out_of_place":1`,
			[]string{"out internet 10.1.0.6 192.0.2.1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "state")
			twoSessions(t, file)
			o := newOffline(t, file, strings.Replace(offlineConfig, c.before, c.after, 1), c.own)
			o.takeUp()
			if got := o.flows(); !slices.Equal(got, c.left) || !strings.Contains(o.log.String(), c.says) {
				t.Errorf("%q, want %q; log: %s", got, c.left, o.log)
			}
			if s := o.Status().Snapshot; s.Restored != len(c.left) || s.Restored+s.LeftOut != 2 {
				t.Errorf("%+v", s)
			}
		})
	}
}

// TestUnusableSnapshot starts with files that must not be used: without
// sessions, and with what there was kept.
func TestUnusableSnapshot(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(b []byte) []byte
		says  string
		aside bool
	}{
		{"truncated", func(b []byte) []byte { return b[:len(b)-1] }, "truncated or damaged", true},
		{"empty", func([]byte) []byte { return nil }, "truncated or damaged", true},
		{"newer", func(b []byte) []byte { b[8]++; return b }, "newer version", true},
		{"foreign", func([]byte) []byte { return []byte("127.0.0.1 localhost\n") }, "not a snapshot", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "state")
			twoSessions(t, file)
			spoilt := c.spoil([]byte(content(t, file)))
			if err := os.WriteFile(file, spoilt, 0o600); err != nil {
				t.Fatal(err)
			}
			o := newOffline(t, file, offlineConfig, "192.0.2.1")
			o.takeUp()
			if len(o.flows()) != 0 || !strings.Contains(o.log.String(), c.says) || o.Status().Snapshot.Refused == "" {
				t.Errorf("%q; log: %s; %+v", o.flows(), o.log, o.Status().Snapshot)
			}
			o.end()
			kept := file
			if c.aside {
				kept = file + ".refused"
			}
			if content(t, kept) != string(spoilt) || c.aside == (content(t, file) == string(spoilt)) {
				t.Errorf("%q and %q", content(t, kept), content(t, file))
			}
		})
	}
}

func TestNoSnapshotIsKept(t *testing.T) {
	o := newOffline(t, "", offlineConfig, "192.0.2.1")
	o.takeUp()
	if o.saving || len(o.undo) != 0 || o.Status().Snapshot.File != "" {
		t.Errorf("%+v", o.Status().Snapshot)
	}
}

// TestSavingFailsOnce fails again and again, and says so once.
func TestSavingFailsOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	o := newOffline(t, dir, offlineConfig, "192.0.2.1")
	o.takeUp()
	if err := os.MkdirAll(filepath.Join(dir, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		o.trySave()
	}
	if n := strings.Count(o.log.String(), "cannot be saved"); n != 1 || o.Status().Snapshot.Error == "" {
		t.Errorf("said %d times: %s", n, o.log)
	}
	if err := o.stop(); err == nil {
		t.Error("the stop says nothing of it")
	}
}

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
