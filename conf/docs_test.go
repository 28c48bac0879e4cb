package conf

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"sallyport/state"
)

const reference = "../docs/configuration.md"

func readReference(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestExamples parses every example of the pages, and the one that the README
// has a shell write.
func TestExamples(t *testing.T) {
	examples := regexp.MustCompile("(?s)(?:```toml\n(.*?)```|<<'EOF'\n(.*?)EOF)")
	for page, least := range map[string]int{reference: 15, "../README.md": 2, "../docs/nat.md": 2, "../docs/explain.md": 1} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		found := examples.FindAllSubmatch(text, -1)
		if len(found) < least {
			t.Errorf("%s: %d examples", page, len(found))
		}
		for _, m := range found {
			example := append(m[1], m[2]...)
			if _, err := ParseFiles(File{page, example}, File{Name: "../docs/lists.toml"}, File{Name: "../docs/rules.d/web.toml"}); err != nil {
				t.Errorf("%v\nin\n%s", err, example)
			}
		}
	}
}

// TestReferenceIsComplete looks for every key that this package reads, every
// built-in service and every ICMP type in the reference.
func TestReferenceIsComplete(t *testing.T) {
	text := readReference(t)
	for _, word := range words(t) {
		if !strings.Contains(text, "`"+word+"`") && !strings.Contains(text, "["+word+"]") {
			t.Errorf("%s is not described", word)
		}
	}
}

// keyWords finds keys by how the source writes them.
func keyWords(t *testing.T) (list []string) {
	key := regexp.MustCompile(`\{"([a-z_]+)", (?:func\(v value\)|once\(|read[A-Z]|[a-z]+\.[a-zA-Z.]+\(?)`)
	for _, path := range files(t, "*.go", 10) {
		source, err := os.ReadFile(filepath.Clean(path))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range key.FindAllStringSubmatch(string(source), -1) {
			list = append(list, m[1])
		}
	}
	if len(list) < 35 {
		t.Fatalf("only %d keys found: %v", len(list), list)
	}
	return list
}

func words(t *testing.T) []string {
	list := keyWords(t)
	for timer := range state.Timers {
		list = append(list, timer.String())
	}
	list = append(list, builtinNames()...)
	for _, types := range icmpTypes {
		for name := range types {
			list = append(list, name)
		}
	}
	return list
}

// TestReferenceTimeouts compares the defaults that the reference tells.
func TestReferenceTimeouts(t *testing.T) {
	text := readReference(t)
	for timer, want := range state.DefaultTimeouts() {
		row := regexp.MustCompile("\\| `" + state.Timer(timer).String() + "` \\|.*\\| `(.*)` \\|").FindStringSubmatch(text)
		if row == nil {
			t.Errorf("%v has no row", state.Timer(timer))
		} else if got, err := time.ParseDuration(row[1]); err != nil || got != want {
			t.Errorf("%v is said to be %s, and is %v", state.Timer(timer), row[1], want)
		}
	}
}
