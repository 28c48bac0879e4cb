package conf

import (
	"strings"

	"github.com/BurntSushi/toml"
)

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

// keyPart is one name of a dotted key.
type keyPart struct {
	name    string
	at, end int
}

// plainKey reports whether p is what stands there, without quotes or between them.
func (s *scanner) plainKey(p keyPart) bool {
	written := s.text[p.at:p.end]
	if written == p.name {
		return true
	}
	inner, ok := quoted(written)
	return ok && inner == p.name && inner != ""
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

// dottedKey reads the names of a key, which are good until the next one is read.
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

// scanValue reads the value that starts here into n, and returns it if all is
// plain.
func (s *scanner) scanValue(n *node, depth int) (data any, ok bool) {
	n.value = s.at
	switch {
	case s.at >= len(s.text):
		return nil, false
	case s.text[s.at] == '[':
		data, ok = s.array(n, depth+1)
	case s.text[s.at] == '{':
		data, ok = s.inlineTable(n, depth+1)
	default:
		ok = s.skipScalar()
	}
	n.valueEnd = n.value + len(strings.TrimRight(s.text[n.value:s.at], " \t"))
	if data == nil && ok && s.plain {
		data, s.plain = scalar(s.text[n.value:n.valueEnd])
	}
	return data, ok
}

// skipScalar skips a value without others in it.
func (s *scanner) skipScalar() bool {
	if c := s.text[s.at]; c == '"' || c == '\'' {
		s.scanString()
		return true
	}
	start := s.at
	s.skipUntil(",]}#\r\n")
	return s.at > start
}

// enter goes into a bracket, unless that is too deep.
func (s *scanner) enter(depth int) bool {
	if depth > maxDepth {
		s.deep = s.at
		return false
	}
	s.at++
	return true
}

// array reads an array into n.
func (s *scanner) array(n *node, depth int) (any, bool) {
	if !s.enter(depth) {
		return nil, false
	}
	list, comma := make([]any, 0, 2), true // it is not missing
	n.elements = make([]*node, 0, 2)
	for {
		s.skipSpace()
		switch {
		case s.eat("]"):
			return list, true
		case s.eat(","):
			s.trust(!comma)
			comma = true
			continue
		}
		s.trust(comma)
		comma = false
		element := s.newNode(s.at)
		n.elements = append(n.elements, element)
		data, ok := s.scanValue(element, depth)
		if !ok {
			return nil, false
		}
		element.keyEnd = element.valueEnd
		list = append(list, data)
	}
}

// inlineTable reads an inline table into n.
func (s *scanner) inlineTable(n *node, depth int) (any, bool) {
	if !s.enter(depth) {
		return nil, false
	}
	table, after := map[string]any{}, byte('{')
	for {
		from := s.at
		s.skipSpace()
		s.trust(!strings.ContainsAny(s.text[from:s.at], "#\n"))
		switch {
		case s.eat("}"):
			s.trust(after != ',')
			return table, true
		case s.eat(","):
			s.trust(after == '=')
			after = ','
		default:
			s.trust(after != '=')
			after = '='
			if !s.pair(n, table, depth) {
				return nil, false
			}
		}
	}
}
