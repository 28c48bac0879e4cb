package conf

import (
	"fmt"
	"strings"
)

// didYouMean returns `; did you mean "action"?` for the candidate nearest to
// word, and nothing if none is near.
func didYouMean(word string, candidates []string) string {
	if best := nearest(word, candidates); best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	return ""
}

// guesses counts how often it was guessed which of a list of names was meant.
type guesses int

// maxGuesses bounds them: each is compared with all names, and a file may have
// thousands of both. Who reads so many faults needs no hint with each.
const maxGuesses = 20

// more reports whether one more may be made, and counts it.
func (g *guesses) more() bool {
	*g++
	return *g <= maxGuesses
}

// choices names the nearest of words, or all of them.
func choices(word string, words []string) string {
	if best := nearest(word, words); best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = fmt.Sprintf("%q", w)
	}
	if n := len(quoted) - 1; n > 0 {
		return "want " + strings.Join(quoted[:n], ", ") + " or " + quoted[n]
	}
	return "want " + quoted[0]
}

// nearest returns the candidate that a slip of the fingers would turn into
// word: at most one edit in three letters, whatever the case. The first of
// equally near ones wins. If there is none, it is the only one that word is the
// beginning or the end of.
func nearest(word string, candidates []string) (best string) {
	least := max(1, min(len(word), maxWord)/3) + 1
	word = strings.ToLower(word)
	var parts []string
	for _, c := range candidates {
		lower := strings.ToLower(c)
		if d := distance(word, lower); d < least {
			best, least = c, d
		}
		if len(word) > 2 && (strings.HasPrefix(lower, word) || strings.HasSuffix(lower, word)) {
			parts = append(parts, c)
		}
	}
	if best == "" && len(parts) == 1 {
		return parts[0]
	}
	return best
}

// maxWord bounds the words that are compared, as the cost is their product.
const maxWord = 64

// distance is how many letters must be inserted, removed, replaced or swapped
// with a neighbour to turn a into b (Damerau and Levenshtein, optimal string
// alignment).
func distance(a, b string) int {
	if len(a) > maxWord || len(b) > maxWord {
		return maxWord
	}
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		above := row
		row = make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+differ(a[i-1], b[j-1]))
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before = above
	}
	return row[len(b)]
}

func differ(a, b byte) int {
	if a == b {
		return 0
	}
	return 1
}
