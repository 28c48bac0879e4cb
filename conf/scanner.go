package conf

import (
	"strings"

	"github.com/BurntSushi/toml"
)

// scanner walks over TOML text. It understands just enough to tell keys from
// what looks like one inside a string, a comment or an array.
type scanner struct {
	text        string
	at          int
	root, table *node
	deep        int
	parts       []keyPart // of the key at hand
	nodes       []node    // not yet used
}

// keyPart is one name of a dotted key.
type keyPart struct {
	name    string
	at, end int
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

// dottedKey reads a key. Its parts are good until the next is read.
func (s *scanner) dottedKey() (parts []keyPart, ok bool) {
	s.parts = s.parts[:0]
	for {
		s.skipBlanks()
		p := keyPart{at: s.at}
		if p.name, ok = s.keyName(); !ok {
			return nil, false
		}
		p.end = s.at
		s.parts = append(s.parts, p)
		if !s.eat(".") {
			return s.parts, true
		}
	}
}

func (s *scanner) keyName() (name string, ok bool) {
	start := s.at
	if s.at < len(s.text) && (s.text[s.at] == '"' || s.text[s.at] == '\'') {
		s.scanString()
		return unquoteKey(s.text[start:s.at])
	}
	for s.at < len(s.text) && isBare(s.text[s.at]) {
		s.at++
	}
	return s.text[start:s.at], s.at > start
}

func isBare(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}

func unquoteKey(quoted string) (string, bool) {
	if len(quoted) < 2 {
		return "", false
	}
	if quoted[0] == '"' && strings.Contains(quoted, `\`) {
		return unescapeKey(quoted)
	}
	return quoted[1 : len(quoted)-1], true
}

// unescapeKey leaves to the TOML library what its escapes mean: they are not
// quite Go's.
func unescapeKey(quoted string) (string, bool) {
	var table map[string]any
	if _, err := toml.Decode(quoted+"=0", &table); err != nil {
		return "", false
	}
	for name := range table {
		return name, true
	}
	return "", false
}

// scanValue reads the value that starts here into n.
func (s *scanner) scanValue(n *node, depth int) bool {
	n.value = s.at
	ok := s.skipValue(n, depth)
	n.valueEnd = n.value + len(strings.TrimRight(s.text[n.value:s.at], " \t"))
	return ok
}

func (s *scanner) skipValue(n *node, depth int) bool {
	if s.at >= len(s.text) {
		return false
	}
	switch s.text[s.at] {
	case '"', '\'':
		s.scanString()
		return true
	case '[', '{':
		return s.scanNested(n, depth+1)
	}
	start := s.at
	s.skipUntil(",]}#\r\n")
	return s.at > start
}

// scanNested reads an array or an inline table into n.
func (s *scanner) scanNested(n *node, depth int) bool {
	if depth > maxDepth {
		s.deep = s.at
		return false
	}
	array := s.text[s.at] == '['
	s.at++
	for {
		s.skipSpace()
		switch {
		case s.eat("]"), s.eat("}"):
			return true
		case s.eat(","):
		case array:
			element := s.newNode(s.at)
			n.elements = append(n.elements, element)
			if !s.scanValue(element, depth) {
				return false
			}
			element.keyEnd = element.valueEnd
		case !s.pair(n, depth):
			return false
		}
	}
}
