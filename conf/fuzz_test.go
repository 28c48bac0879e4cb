package conf

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"
	"unicode"

	"sallyport/policy"
)

// FuzzConfig reads any text, and what is below the line "#####" as a file that it
// may include. A fault has a place inside its file and a message of one line;
// settings without a fault hold a policy that compiles.
func FuzzConfig(f *testing.F) {
	for _, pattern := range []string{"testdata/bad/*.toml", "testdata/good/*.toml", "testdata/lint/*.toml"} {
		for _, path := range files(f, pattern, 1) {
			text, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(text))
		}
	}
	f.Add("include = ['d/*.toml']\n[[rule]]\nname='r'\naction='drop'\n#####\n[[rule]]\nname='r'\naction='drop'\n[tun]")
	f.Add("a = \"\"\"\"\"\"\"\"\nb=1")
	f.Add("x.\"y\\tz\" = {a.b = [1, {c = 'd'}], }\n[[x.z]]\n[x.z.w]")
	f.Fuzz(func(t *testing.T, text string) {
		first, second, _ := strings.Cut(text, "\n#####\n")
		texts := shelf{{"f.toml", []byte(first)}, {"d/f.toml", []byte(second)}}
		s, err := parse(texts, texts[0], time.Unix(1, 0))
		if err == nil {
			checkWarnings(t, texts, s)
			if _, err := policy.Compile(s.Policy, box()); err != nil {
				t.Errorf("accepted, and does not compile: %v", err)
			}
		} else {
			checkPlaces(t, texts, err)
		}
		checkTree(t, strings.TrimPrefix(first, byteOrderMark))
	})
}

func checkPlaces(t *testing.T, texts shelf, err error) {
	var faults Errors
	if !errors.As(err, &faults) || len(faults) == 0 {
		t.Fatalf("%T without a fault", err)
	}
	for _, e := range faults {
		text, err := texts.read(e.File)
		if err != nil {
			t.Fatalf("%v: %v", e, err)
		}
		lines := strings.Split(strings.TrimPrefix(string(text), byteOrderMark), "\n")
		if e.Line < 1 || e.Line > len(lines) || e.Column < 1 || e.Column > len(lines[e.Line-1])+1 {
			t.Errorf("outside the text of %d lines: %v", len(lines), e)
		}
		if line, mark, ok := strings.Cut(strings.TrimSuffix(e.Excerpt(), "\n"), "\n"); !ok || !strings.Contains(mark, "^") || len([]rune(mark)) > max(len([]rune(line)), 1+maxExcerpt)+1 ||
			strings.ContainsFunc(strings.ReplaceAll(e.Excerpt(), "\n", ""), unicode.IsControl) {
			t.Errorf("excerpt %q", e.Excerpt())
		}
		if e.Message == "" || e.Message != oneLine(e.Message) {
			t.Errorf("a message of no line or several: %q", e.Message)
		}
	}
}

func checkWarnings(t *testing.T, texts shelf, s *Settings) {
	var list Errors
	for _, w := range s.Warnings {
		list = append(list, Error(w))
	}
	if len(list) > 0 {
		checkPlaces(t, texts, list)
	}
}

// checkTree compares the tree of places with what the TOML library reads.
func checkTree(t *testing.T, text string) {
	if root, ok := newDocument("f", text).parse(); ok {
		sameShape(t, text, "", root.node, root.data)
	}
}

func sameShape(t *testing.T, text, path string, n *node, data any) {
	if n == nil {
		t.Fatalf("%s has no place", path)
	}
	if n.key < 0 || n.value < 0 || n.key > len(text) || n.value > len(text) {
		t.Fatalf("%s is outside the text", path)
	}
	switch data := data.(type) {
	case map[string]any:
		for key, d := range data {
			sameShape(t, text, path+"."+key, n.fields[key], d)
		}
	case []map[string]any:
		for i, d := range data {
			sameShape(t, text, path+"[]", elementOf(t, path, n, len(data), i), d)
		}
	case []any:
		for i, d := range data {
			sameShape(t, text, path+"[]", elementOf(t, path, n, len(data), i), d)
		}
	case string:
		if c := text[n.value]; c != '"' && c != '\'' {
			t.Fatalf("%s is said to start with %q", path, c)
		}
	}
}

func elementOf(t *testing.T, path string, n *node, want, i int) *node {
	if len(n.elements) != want {
		t.Fatalf("%s has %d elements and %d places", path, want, len(n.elements))
	}
	return n.elements[i]
}
