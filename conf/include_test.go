package conf

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tree makes files in a directory of their own, which becomes the working
// directory: "== name" starts one.
func tree(t *testing.T, text string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, part := range strings.Split(text, "== ")[1:] {
		name, body, _ := strings.Cut(part, "\n")
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// ruleOf is a rule in one line.
func ruleOf(name, more string) string {
	return "rule = [{ name = \"" + name + "\", action = \"drop\"" + more + " }]\n"
}

// TestIncludeOrder: what a file includes stands before the file itself, names of
// a pattern in their order, and lists may be in any of the files.
func TestIncludeOrder(t *testing.T) {
	tree(t, `== etc/main.toml
include = ["rules.d/*.toml", "last.toml"]
`+ruleOf("main", `, source = ["lan"]`)+`== etc/rules.d/20-b.toml
`+ruleOf("b", "")+`== etc/rules.d/10-a.toml
include = ["../lists.toml"]
`+ruleOf("a", `, source = ["lan"]`)+`== etc/rules.d/.#lock.toml
no configuration
== etc/rules.d/notes.txt
neither
== etc/lists.toml
addresses.lan = ["10.1.0.0/24"]
== etc/last.toml
`+ruleOf("last", ""))
	s, err := Load("etc/main.toml")
	if err != nil {
		t.Fatal(err)
	}
	var rules, names []string
	for _, r := range s.Policy.Rules {
		rules = append(rules, r.Name)
	}
	for _, f := range s.Files {
		names = append(names, f.Name)
	}
	if diff := cmp.Diff([]string{"a", "b", "last", "main"}, rules); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"etc/main.toml", "etc/rules.d/10-a.toml", "etc/lists.toml", "etc/rules.d/20-b.toml", "etc/last.toml"}, names); diff != "" {
		t.Error(diff)
	}
	t.Chdir(t.TempDir())
	again, err := ParseFiles(s.Files...)
	if err != nil {
		t.Fatal(err)
	}
	again.File = s.File
	if diff := cmp.Diff(summary(s), summary(again)); diff != "" || len(again.Files) != len(s.Files) {
		t.Errorf("read again from what was read: %d files, %s", len(again.Files), diff)
	}
}

func TestIncludeFaults(t *testing.T) {
	for _, c := range []struct{ name, files, want string }{
		{"missing", "== a.toml\ninclude = [\"rules.d/none.toml\", 7]", `a.toml:1:12: rules.d/none.toml: no such file or directory`},
		{"no directory", "== a.toml\ninclude = [\"rulez.d/*.toml\"]", `a.toml:1:12: there is no directory rulez.d`},
		{"not a list", "== a.toml\ninclude = \"b.toml\"", `a.toml:1:11: want a list: ["b.toml"]`},
		{"not text", "== a.toml\ninclude = [7]", `a.toml:1:12: want text in quotes, got a whole number`},
		{"itself", "== a.toml\ninclude = [\"a.toml\"]", `a.toml:1:12: a.toml includes itself: a.toml -> a.toml`},
		{"cycle", "== a.toml\ninclude = [\"b.toml\"]\n== b.toml\ninclude = [\"d/../a.toml\"]", `b.toml:1:12: a.toml includes itself: a.toml -> b.toml -> a.toml`},
		{"twice", "== a.toml\ninclude = [\n\"b.toml\",\n\"*b.toml\"]\n== b.toml\n", `a.toml:3:1: b.toml is included already, in line 2`},
		{"a directory", "== a.toml\ninclude = [\"d\"]\n== d/b.toml\n", `a.toml:1:12: d: is a directory`},
		{"a bracket", "== a.toml\ninclude = [\"[a.toml\"]", `a.toml:1:12: "[a.toml" is not a pattern: a bracket or a backslash has no end`},
		{"every fault in its file", "== a.toml\ninclude = [\"b.toml\"]\nx = 1\n== b.toml\n\ny = 2", "a.toml:2:1: unknown key \"x\"\nb.toml:2:1: unknown key \"y\""},
		{"syntax, and nothing that follows from it", "== a.toml\ninclude = [\"b.toml\"]\nrule = [{ name = 'r', action = 'drop', source = ['lan'] }]\n== b.toml\naddresses.lan = [",
			"b.toml:1:17: unexpected EOF; expected value"},
		{"a section twice", "== a.toml\ninclude = [\"b.toml\"]\n[tun]\n== b.toml\n\n[tun]", "a.toml:2:1: there is this section already, in b.toml:2"},
		{"a list twice", "== a.toml\ninclude = [\"b.toml\"]\n[services]\nx = [\"tcp/1\"]\n== b.toml\n[services]\nx = [\"tcp/2\"]",
			`a.toml:3:1: there is a list "x" already, in b.toml:2`},
		{"a rule twice", "== a.toml\ninclude = [\"b.toml\"]\n" + ruleOf("r", "") + "== b.toml\n" + ruleOf("r", ""), `a.toml:2:18: there is a rule "r" already, in b.toml:1`},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree(t, c.files)
			_, err := Load("a.toml")
			if err == nil || err.Error() != c.want {
				t.Errorf("got\n%v\nwant\n%s", err, c.want)
			}
		})
	}
}

// TestIncludeNothing: an empty directory is no fault, but perhaps not meant.
func TestIncludeNothing(t *testing.T) {
	tree(t, "== a.toml\ninclude = [\"d/*.toml\"]\n== d/notes.txt\n")
	s, err := Load("a.toml")
	if err != nil || len(s.Warnings) != 1 || s.Warnings[0].String() != "a.toml:1:12: warning: no file matches d/*.toml" {
		t.Errorf("%v, %+v", err, s)
	}
}

// TestIncludeWithoutEnd has files that include one more each.
func TestIncludeWithoutEnd(t *testing.T) {
	var files []File
	for i := range 30 {
		files = append(files, File{strings.Repeat("x", i+1), []byte("include = [\"" + strings.Repeat("x", i+2) + "\"]")})
	}
	if _, err := ParseFiles(files...); err == nil || !strings.Contains(err.Error(), "more than 16 deep") {
		t.Errorf("got %v", err)
	}
	wide := []File{{"f", []byte("include = [\"d/*\"]")}}
	for i := range 1001 {
		wide = append(wide, File{"d/" + strings.Repeat("x", i+1), nil})
	}
	if _, err := ParseFiles(wide...); err == nil || !strings.Contains(err.Error(), "more than 1000 files") {
		t.Errorf("got %v", err)
	}
}

// TestIncludeSameAgain: what was read once is read again from what was kept, the
// same files in the same order, however their names are written.
func TestIncludeSameAgain(t *testing.T) {
	tree(t, "== [lab]*/a-b/x.toml\n"+ruleOf("second", "")+"== [lab]*/a/x.toml\n"+ruleOf("first", "")+"== [lab]*/a/y/z.toml\n"+ruleOf("third", ""))
	t.Chdir("[lab]*")
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	absolute := literally.Replace(dir)
	for _, include := range []string{"*/*.toml", "./a*//*.toml", absolute + "//*/*.toml", absolute + "/a/../*/x.toml", "./a//x.toml"} {
		if err := os.WriteFile("main.toml", []byte("include = ['"+include+"']"), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Load(filepath.Join(dir, "main.toml"))
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseFiles(s.Files...)
		if err != nil {
			t.Fatalf("%s: %v", include, err)
		}
		if diff := cmp.Diff(s.Files, again.Files); diff != "" || len(s.Files) < 2 || s.Policy.Rules[0].Name != "first" {
			t.Errorf("%s: %d files; again %s", include, len(s.Files), diff)
		}
	}
}
