package conf

import "strings"

// scanner walks over TOML text. It tells keys from what looks like one inside a
// string, a comment or an array, whatever the text; and what most files are
// written in, it understands: see plain.
type scanner struct {
	text        string
	at          int
	root, table *node
	deep        int // where a bracket is nested deeper than maxDepth; -1: nowhere

	plain bool
	data  map[string]any // what the text says, if it is plain
	into  map[string]any // of that, the table that pairs go to

	nodes []node // to be used
	parts []keyPart
}

func newScanner(text string) *scanner {
	s := &scanner{text: text, root: &node{}, deep: -1, plain: !hasControls(text), data: map[string]any{}}
	s.table, s.into = s.root, s.data
	return s
}

func (s *scanner) rest() string { return s.text[s.at:] }

// eat skips blanks and then literal, if it comes next.
func (s *scanner) eat(literal string) bool {
	s.skipBlanks()
	if !strings.HasPrefix(s.rest(), literal) {
		return false
	}
	s.at += len(literal)
	return true
}

// skipBlanks skips what may stand between words of a line.
func (s *scanner) skipBlanks() {
	for s.at < len(s.text) && (s.text[s.at] == ' ' || s.text[s.at] == '\t') {
		s.at++
	}
}

// skipSpace skips blanks, ends of lines and comments.
func (s *scanner) skipSpace() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ', '\t', '\r', '\n':
			s.at++
		case '#':
			s.skipUntil("\n")
		default:
			return
		}
	}
}

// skipUntil skips to the first byte that is one of stop, or to the end.
func (s *scanner) skipUntil(stop string) {
	if n := strings.IndexAny(s.rest(), stop); n >= 0 {
		s.at += n
		return
	}
	s.at = len(s.text)
}
