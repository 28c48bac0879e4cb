package conf

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"
)

func TestFormat(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"nothing":    {"", ""},
		"aligned":    {"a=1\nlong   =  2 # why\n\nb = 3", "a    = 1\nlong = 2 # why\n\nb = 3\n"},
		"sections":   {"a = 1\n[b]\nc = 2\n# of d\n[d]\n\n\n\n[[e]]\n", "a = 1\n\n[b]\nc = 2\n# of d\n[d]\n\n[[e]]\n"},
		"comments":   {"\n\n  # one\n# two  \n\n\n# three", "# one\n# two\n\n# three\n"},
		"indented":   {"[a]\n  b = 1\n  cc = 2\n", "[a]\nb  = 1\ncc = 2\n"},
		"several":    {"a = [\n  1, # one\n  2,\n]\nlong = 3\nb = 4\n", "a = [\n  1, # one\n  2,\n]\nlong = 3\nb    = 4\n"},
		"in strings": {"a = \"\"\"\n[x]\n  y=1\"\"\"\nbb = '#'\n", "a = \"\"\"\n[x]\n  y=1\"\"\"\nbb = '#'\n"},
		"quoted":     {"\"tcp/5671\"=\"24h\"\nx.y = 1\n", "\"tcp/5671\" = \"24h\"\nx.y        = 1\n"},
		"returns":    {"a=1\r\nbb=2\r\n", "a  = 1\nbb = 2\n"},
		"wide":       {"'größe' = 1\na = 2", "'größe' = 1\na       = 2\n"},
	} {
		got, err := Format("f", []byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if diff := cmp.Diff(c.want, string(got)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if _, err := Format("f", []byte("a = [")); err == nil || !strings.HasPrefix(err.Error(), "f:1:") {
		t.Errorf("no TOML: %v", err)
	}
}

// TestGoodFilesAreFormatted: the examples look as the command would have them.
func TestGoodFilesAreFormatted(t *testing.T) {
	for _, path := range append(files(t, "testdata/good/*.toml", 5), files(t, "testdata/good/*/*.toml", 5)...) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Format(path, text)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Split(string(text), "\n"), strings.Split(string(got), "\n")); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
}

// FuzzFormat: what is formatted means the same, and stays as it is the next time.
func FuzzFormat(f *testing.F) {
	for _, path := range files(f, "testdata/*/*.toml", 10) {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		once, err := Format("f", []byte(text))
		if err != nil {
			return
		}
		var before, again, after map[string]any
		if _, err := toml.Decode(strings.TrimPrefix(text, byteOrderMark), &before); err != nil {
			t.Fatal(err)
		}
		if _, err := toml.Decode(strings.TrimPrefix(text, byteOrderMark), &again); err != nil || !reflect.DeepEqual(before, again) {
			return // a number that is none is not even like itself
		}
		if _, err := toml.Decode(strings.TrimPrefix(string(once), byteOrderMark), &after); err != nil || !reflect.DeepEqual(before, after) {
			t.Fatalf("%q means something else than %q: %v", once, text, err)
		}
		if twice, err := Format("f", once); err != nil || string(twice) != string(once) {
			t.Errorf("%q becomes %q, and then %q", text, once, twice)
		}
	})
}
