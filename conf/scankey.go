package conf

import (
	"strings"

	"github.com/BurntSushi/toml"
)

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
