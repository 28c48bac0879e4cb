package conf

import (
	"fmt"
	"strings"
	"testing"
)

func TestTooLarge(t *testing.T) {
	_, err := Parse("f", []byte(strings.Repeat("#", maxText+1)))
	if err == nil || err.Error() != "f:1:1: larger than 16 MiB" {
		t.Errorf("got %v", err)
	}
}

// TestListsDoNotMultiply nests lists that each name the one before twice: sixty
// of them would hold 2^60 entries.
func TestListsDoNotMultiply(t *testing.T) {
	text := "[addresses]\na0 = [\"10.0.0.1\", \"10.0.0.2\"]\n"
	for i := range 60 {
		text += fmt.Sprintf("a%d = [\"a%d\", \"a%d\"]\n", i+1, i, i)
	}
	text += "[[rule]]\nname = \"r\"\naction = \"drop\"\nsource = [\"a60\", \"a59\", \"!a60\"]"
	s, err := Parse("f", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(s.Policy.Rules[0].Source); n != 4 {
		t.Errorf("%d entries, want two and the same two negated", n)
	}
}

// TestListsNestedDeep has a chain of lists that only a deep stack could follow.
func TestListsNestedDeep(t *testing.T) {
	text := "[services]\n"
	for i := range 1000 {
		text += fmt.Sprintf("s%d = [\"s%d\"]\n", i, i+1)
	}
	_, err := Parse("f", []byte(text))
	if err == nil || !strings.Contains(err.Error(), "nested more than 32 deep") {
		t.Errorf("got %.200v", err)
	}
}

func TestEveryFaultOnce(t *testing.T) {
	_, err := Parse("f", []byte(`
[addresses]
bad = ["10.0.0.300"]
uses = ["bad", "bad"]
[[rule]]
name = "a"
action = "drop"
source = ["bad", "uses"]
[[rule]]
name = "b"
action = "drop"
destination = ["uses"]
`))
	if got := err.Error(); got != `f:3:8: "10.0.0.300" is not an address` {
		t.Errorf("got %s", got)
	}
}

// BenchmarkParse reads ten thousand rules, half of them by names.
func BenchmarkParse(b *testing.B) {
	var text strings.Builder
	text.WriteString("[addresses]\nlan = [\"10.1.0.0/24\"]\n")
	for i := range 10000 {
		fmt.Fprintf(&text, "[[rule]]\nname = \"r%d\"\nfrom = \"inside\"\nto = \"outside\"\nsource = [\"lan\"]\n", i)
		fmt.Fprintf(&text, "destination = [\"100.%d.%d.0/24\"]\nservice = [\"https\", \"tcp/8080-8090\"]\naction = \"accept\"\n", i/256, i%256)
	}
	for b.Loop() {
		if _, err := Parse("f", []byte(text.String())); err != nil {
			b.Fatal(err)
		}
	}
}
