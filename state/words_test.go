package state

import (
	"os"
	"strings"
	"testing"
)

// What listings show is explained: every state and every flag.
func TestS27EveryWordIsDocumented(t *testing.T) {
	docs, err := os.ReadFile("../docs/commands.md")
	if err != nil {
		t.Fatal(err)
	}
	words := append(phaseWords[free+1:], (^Flags(0) &^ (reported | turned)).Words()...)
	if len(words) < 20 {
		t.Fatalf("only %d words", len(words))
	}
	for _, w := range words {
		if !strings.Contains(string(docs), "`"+w+"`") {
			t.Errorf("%s is not described", w)
		}
	}
}
