package conf

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

// checkPlain wants of plain text what the library reads of it, and reports whether
// it is plain.
func checkPlain(t *testing.T, text string) bool {
	t.Helper()
	s := scan(text)
	if !s.plain {
		return false
	}
	var want map[string]any
	if _, err := toml.Decode(text, &want); err != nil {
		t.Fatalf("taken for plain: %v:\n%s", err, text)
	}
	if got, want := fmt.Sprintf("%#v", s.data), fmt.Sprintf("%#v", want); got != want {
		t.Fatalf("read as %s\nwant       %s:\n%s", got, want, text)
	}
	return true
}

func TestPlain(t *testing.T) {
	for text, plain := range map[string]bool{
		"":                                     true,
		"# nothing":                            true,
		"a = 1":                                true,
		"a = 1 # b\r\nb=2\r\n":                 true,
		"a = ['x', \"y\", true,\n# z\n]":       true,
		"a = [[1, 2], [], [['é']]]":            true,
		"a = {}\nb = {x = 1, y = {z = false}}": true,
		"[a]\nx = 1\n[b]\nx = 2":               true,
		"[a]\nx = 1\n[ a . b ]\nx = 2":         true,
		"[[a]]\nx = 1\n[[a]]\nx = 2":           true,
		"[[a]]\n[a.b]\nx = 1\n[[a]]\n[a.b]":    true,
		"[[a]]\n[[a.b]]\n[[a.b]]\nx = 1":       true,
		"[a.'b/c']\n\"d/e\" = 1\n'f' = 2":      true,
		"[a.b]\n[a.c]\n[[a.d]]":                true,
		"a = \"x\\ty\"\nb = \"\"\"x\ny\"\"\"":  true, // by the library, value by value
		"a = 0\nb = -1\nc = 0x1F\nd = 1_000":   true,
		"a = 1.5e3\nb = -inf\nc = 2026-12-31\nd = 2026-12-31 18:00:00\ne = 2026-12-31T18:00:00Z\nf = 9223372036854775807": true,

		"a":                       false,
		"a = ":                    false,
		"a = b":                   false,
		"a = 01":                  false,
		"a = 9223372036854775808": false,
		"a = 1 b = 2":             false,
		"a = 1\na = 2":            false,
		"a = 1 2":                 false,
		"a = 'x":                  false,
		"a = \"x\ny\"":            false,
		"a = \"\\q\"":             false,
		"a = 'x''":                false,
		"a = \"\"\"x\"\"\"\"\"\"": false,
		"a = [1":                  false,
		"a = [1 2]":               false,
		"a = ['x' 'y']":           false,
		"a = [,]":                 false,
		"a = [1,,2]":              false,
		"a = [1}":                 false,
		"a = {x = 1]":             false,
		"a = {x = 1 y = 2}":       false,
		"a = {x = '' y = 2}":      false,
		"a = {x = 1, x = 2}":      false,
		"a = {,}":                 false,
		"a = 1\rb = 2":            false,
		"a = '\x01'":              false,
		"a = 1 # \x7f":            false,
		"[a":                      false,
		"[]":                      false,
		"[a] x = 1":               false,
		"[[a] ]":                  false,
		"[[a]":                    false,
		"[a]\n[a]":                false,
		"a = 1\n[a]":              false,
		"a = {}\n[a.b]":           false,
		"a = []\n[[a]]":           false,
		"a = [{}]\n[[a]]":         false,
		"[[a]]\n[a]":              false,
		"[a]\n[[a]]":              false,
		"[a]\nb = 1\n[a.b]":       false,

		// What is TOML, and left to the library.
		"'' = 1":                 false,
		"\"\\t\" = 1":            false,
		"a.b = 1":                false,
		"a = {x.y = 1}":          false,
		"[a.b]\n[a]":             false,
		"a = {x = 1,\ny = 2,\n}": false,
	} {
		if got := checkPlain(t, text); got != plain {
			t.Errorf("%q: plain %v, want %v", text, got, plain)
		}
	}
}

// TestFilesArePlain: who writes as the examples do has a file read fast.
func TestFilesArePlain(t *testing.T) {
	for _, path := range files(t, "testdata/good/*.toml", 5) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !checkPlain(t, string(text)) {
			t.Errorf("%s is not plain", path)
		}
	}
}

// scribbler writes what is mostly TOML.
type scribbler struct {
	*rand.Rand
	strings.Builder
}

func (s *scribbler) one(of ...string) string { return of[s.IntN(len(of))] }

func (s *scribbler) put(words ...string) {
	for _, w := range words {
		if s.IntN(300) == 0 {
			w = s.one("", ",", "]", "}", "[", "{", "=", "\"", "'", "#", "\n", "\r", " ", ".", "\\", "x", "\"\"\"", "\u00e9")
		}
		s.WriteString(w + s.one("", "", " "))
	}
}

func (s *scribbler) value(depth int) {
	switch n := s.IntN(12); {
	case n == 0 && depth < 3:
		s.put("{")
		for i := range s.IntN(3) {
			if i > 0 {
				s.put(",")
			}
			s.put(s.one("a", "b", "c", "d", "e"), "=")
			s.value(depth + 1)
		}
		s.put("}")
	case n < 4 && depth < 3:
		s.put("[")
		for range s.IntN(4) {
			s.put(s.one("", "", "\n", "# c\n"))
			s.value(depth + 1)
			s.put(",")
		}
		s.put("]")
	default:
		s.put(s.one("1", "17", "-3", "0", "true", "false", `"x"`, `'y'`, `""`, "''", `"a#b"`, `'"'`, `"\t"`, "1.5", "1_0", "1979-05-27",
			"1979-05-27 07:32:00", "\"\"\"l\n'\"\"\"", "'''l'''", "inf", "1979-05-27T07:32:00Z"))
	}
}

func (s *scribbler) line() {
	switch s.IntN(6) {
	case 0:
		s.put("[", s.one("a", "b", "c", "a.b", "a.c", "d.e.a"), "]")
	case 1:
		s.WriteString("[[")
		s.put(s.one("f", "g", "f.a", "g.h", "a.g"))
		s.put("]]")
	default:
		s.put(s.one("a", "b", "c", "d", "e", "f", "h", "i", "j", "k"), "=")
		s.value(0)
	}
	s.put(s.one("", "", "# c"))
	s.WriteString(s.one("\n", "\n", "\r\n", "\n\n"))
}

// TestPlainAgainstLibrary reads texts that are TOML or hardly not.
func TestPlainAgainstLibrary(t *testing.T) {
	s := scribbler{Rand: rand.New(rand.NewPCG(3, 1))}
	plain, not := 0, 0
	for range 10000 {
		s.Reset()
		for range 1 + s.IntN(8) {
			s.line()
		}
		if checkPlain(t, s.String()) {
			plain++
		} else {
			not++
		}
	}
	if plain < 2500 || not < 2500 {
		t.Errorf("%d are plain and %d not: the test does not try it", plain, not)
	}
}
