package appliance

import (
	"slices"
	"strings"
	"testing"

	"sallyport/appliance/control"
	"sallyport/appliance/history"
	"sallyport/conf"
)

// What is wrong with a commit is told by the names that its files came with, also
// what is found when they are to be put in force.
func TestFaultsNameTheCandidate(t *testing.T) {
	a := &Appliance{from: Source{File: "/etc/sallyport.toml", Over: func(*conf.Settings) {}}}
	c, err := a.candidate([]control.File{
		{Name: "/home/ann/new.toml", Text: "include = [\"devices.toml\"]\nstate.max_sessions = 77\n"},
		{Name: "/home/ann/devices.toml", Text: "tun.queues = 3\n"},
	})
	if err != nil || c.files[0].Name != "/etc/sallyport.toml" || c.files[1].Name != "/etc/devices.toml" {
		t.Fatalf("%+v, %v", c.files, err)
	}
	was, err1 := a.from.parse(c.files[1:])
	is, err2 := a.from.parse(c.files)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	was.TUN.Queues = 2
	err = c.named(wantRestart(was, is))
	if want := "/home/ann/new.toml:2:22: state.max_sessions: 262144 -> 77 needs a restart; set it back, or restart\n" +
		"/home/ann/devices.toml:1:14: tun.queues: 2 -> 3 needs a restart; set it back, or restart"; err == nil || err.Error() != want {
		t.Errorf("%v, want\n%s", err, want)
	}
}

// A commit is of the files that are read, in the order in which they are, and
// whatever is wrong names them as they came.
func TestCandidate(t *testing.T) {
	const rule = "[[rule]]\nname = \"web\"\naction = \"drop\"\n"
	a := &Appliance{from: Source{File: "/etc/sallyport.toml", Over: func(*conf.Settings) {}}}
	for name, c := range map[string]struct {
		sent []control.File
		want string // where they go, or what is wrong
	}{
		"alone":           {[]control.File{{Name: "/home/ann/new.toml", Text: rule}}, "/etc/sallyport.toml"},
		"another is sent": {[]control.File{{Name: "/home/ann/new.toml", Text: rule}, {Name: "/tmp/x.toml", Text: "x"}}, "/etc/sallyport.toml"},
		"in their order": {[]control.File{{Name: "/home/ann/new.toml", Text: "include = [\"d/*.toml\"]"},
			{Name: "/home/ann/d/b.toml", Text: rule}, {Name: "/home/ann/d/a.toml"}},
			"/etc/sallyport.toml /etc/d/a.toml /etc/d/b.toml"},
		"a fault": {[]control.File{{Name: "/home/ann/new.toml", Text: "include = [\"x.toml\"]\n" + rule}, {Name: "/home/ann/x.toml", Text: rule}},
			`/home/ann/new.toml:3:8: there is a rule "web" already, in /home/ann/x.toml:2`},
		"a fault where it goes": {[]control.File{{Name: "/home/ann/new.toml", Text: "include = [\"/home/ann/x.toml\"]"}, {Name: "/home/ann/x.toml"}},
			`/home/ann/new.toml:1:12: /home/ann/x.toml: file does not exist`},
		"elsewhere": {[]control.File{{Name: "/home/ann/new.toml", Text: "include = [\"/tmp/x.toml\"]"}, {Name: "/tmp/x.toml"}},
			"/tmp/x.toml is not below /home/ann: a commit keeps and writes only files there"},
	} {
		got, err := a.candidate(c.sent)
		var words []string
		for _, f := range got.files {
			words = append(words, f.Name)
		}
		if err != nil {
			words = []string{err.Error()}
		} else if len(got.sent) != len(got.files) || !slices.Equal(history.Kept(got.settings.Files), got.files) {
			t.Errorf("%s: sent %v, settings of %v, files %v", name, got.sent, got.settings.Files, got.files)
		}
		if said := strings.Join(words, " "); said != c.want {
			t.Errorf("%s: %s, want %s", name, said, c.want)
		}
	}
}
