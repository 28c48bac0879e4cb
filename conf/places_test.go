package conf

import (
	"strings"
	"testing"
)

// TestPlaces marks the places that are asked for by "^" in the text itself: the
// marks are taken out, and must be where the nodes say.
func TestPlaces(t *testing.T) {
	for _, c := range []struct{ name, text string }{
		{"pair", "^key = ^1"},
		{"blanks", "\t ^key\t=\t ^1 # not = this"},
		{"second line", "# ^key = 2\n\n^key = ^'x'\n"},
		{"carriage return", "x = 1\r\n^key = ^2\r\n"},
		{"quoted key", "^\"key\" = ^1"},
		{"escaped key", "^\"k\\u0065y\" = ^1"},
		{"key with TOML's own escapes", "x = {\"\\x80\\e\\\"\" = 1}\n^key = ^1"},
		{"literal key", "^'key' = ^1"},
		{"basic string", `x = "key = \" ^key = 1"` + "\n^key = ^\"\""},
		{"literal string", `x = 'key = \'` + "\n^key = ^''"},
		{"long string", "x = \"\"\"\nkey = 1\n\\\"\"\"\n\"\"\"\n^key = ^1"},
		{"long string ending in quotes", "x = \"\"\"a\"\"\"\"\"\n^key = ^1"},
		{"long literal", "x = '''\nkey = 1 \\'''\n^key = ^1"},
		{"empty long string", "x = \"\"\"\"\"\"\n^key = ^1"},
		{"array before", "x = [ 1, [2], 'key = ]', # ]\n key ]\n^key = ^1"},
		{"inline table before", "x = { key = 1, y = { key = 2 } }\n^key = ^1"},
		{"date before", "x = 1979-05-27 07:32:00\n^key = ^1"},
	} {
		text, marks := unmark(c.text, "# ^", `" ^`)
		root, _ := places(text)
		n := root.fields["key"]
		if n == nil {
			t.Errorf("%s: not found in %q", c.name, text)
		} else if len(marks) != 2 || n.key != marks[0] || n.value != marks[1] {
			t.Errorf("%s: key at %d, value at %d, want %v in %q", c.name, n.key, n.value, marks, text)
		}
	}
}

// unmark takes the marks out of text and returns where they were; those that
// follow one of decoys stay.
func unmark(text string, decoys ...string) (clean string, marks []int) {
	for i, r := range text {
		if r == '^' && !endsIn(text[:i+1], decoys) {
			marks = append(marks, len(clean))
			continue
		}
		clean += string(r)
	}
	return clean, marks
}

func endsIn(s string, endings []string) bool {
	for _, e := range endings {
		if strings.HasSuffix(s, e) {
			return true
		}
	}
	return false
}

// TestPlacesOfElements follows a path to a mark.
func TestPlacesOfElements(t *testing.T) {
	at := func(n *node, path ...any) *node {
		for _, p := range path {
			switch p := p.(type) {
			case string:
				n = n.fields[p]
			case int:
				n = n.elements[p]
			}
		}
		return n
	}
	for _, c := range []struct {
		text string
		path []any
	}{
		{"a = [1, ^2, 3]", []any{"a", 1}},
		{"a = [ # 0, 1\n'x', # y\n\t ^\"z\",\n]", []any{"a", 1}},
		{"a = [[1], [2, ^3]]", []any{"a", 1, 1}},
		{"a = [{b = 1}, {b = ^2}]", []any{"a", 1, "b"}},
		{"a.b.c = ^1", []any{"a", "b", "c"}},
		{"[a]\nb.c = 1\n[a.d]\ne = ^1", []any{"a", "d", "e"}},
		{"[[a]]\nb = 1\n[[a]]\nb = ^2", []any{"a", 1, "b"}},
		{"[[a]]\n[a.b]\nc = 1\n[[a]]\n[a.b]\nc = ^2", []any{"a", 1, "b", "c"}},
		{"[[a]]\n[[a.b]]\n[[a.b]]\nc = ^2", []any{"a", 0, "b", 1, "c"}},
		{"[[a]]\nb=1\n ^[[ a ]]\nb=2", []any{"a", 1}},
		{"[a.b]\n^[a]\nc = 1", []any{"a"}},
		{"a = { b = 1, c . d = ^2 }", []any{"a", "c", "d"}},
	} {
		text, marks := unmark(c.text)
		root, _ := places(text)
		if n := at(root, c.path...); len(marks) != 1 || n.value != marks[0] {
			t.Errorf("%v at %d, want %v in %q", c.path, n.value, marks, text)
		}
	}
}

func TestColumnsCountBytes(t *testing.T) {
	_, err := Parse("f", []byte("# é\n\"é\" = 1\n[log]\nfile = \"/é\"; x"))
	if got := err.Error(); !strings.HasPrefix(got, "f:4:13: ") {
		t.Errorf("syntax: got %s", got)
	}
	_, err = Parse("f", []byte("[addresses]\na = [\"é\", \"x.1\"]"))
	if got := err.Error(); !strings.HasPrefix(got, "f:2:6: ") || !strings.Contains(got, "f:2:12: ") {
		t.Errorf("got %s", got)
	}
}

func TestNotText(t *testing.T) {
	for text, want := range map[string]string{
		"a = 1\nb = \"\xff\"": "f:2:6: not UTF-8",
		"\xff\xfet\x00u\x00":  "f:1:1: not UTF-8",
		"\xfft = 1":           "f:1:1: not UTF-8",
		"a = \"\ufffd\xc3\"":  "f:1:9: not UTF-8",
		"\ufeff\ufefft = 1":   "f:1:1: a second byte order mark",
		"a = \"\x01\"":        "f:1:5: TOML files cannot contain control characters: '0x01'",
		"a = 1\x00":           "f:1:6: files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8",
	} {
		if _, err := Parse("f", []byte(text)); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

func TestByteOrderMark(t *testing.T) {
	_, err := Parse("f", []byte("\ufefftnu = 1\n"))
	if got := err.Error(); got != `f:1:1: unknown key "tnu"; did you mean "tun"?` {
		t.Errorf("got %s", got)
	}
}
