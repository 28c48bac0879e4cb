package conf

import (
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// Plain TOML is what scanner understands without doubt: bare keys, each table and
// key once and before what lies in it, inline tables of one line. Of that it knows
// the content when it knows the places, at a fifth of what the TOML library takes.
// Wherever it is not sure that the library would say the same, it is the library
// that reads the text: what is TOML, what it means, and what is wrong with it, is
// the library's to say.

// trust goes on being plain only if is.
func (s *scanner) trust(is bool) { s.plain = s.plain && is }

// hasControls reports whether text has characters that TOML forbids, or a carriage
// return alone.
func hasControls(text string) bool {
	for i := range len(text) {
		c := text[i]
		if c < ' ' && c != '\t' && c != '\n' && (c != '\r' || !strings.HasPrefix(text[i+1:], "\n")) || c == 0x7f {
			return true
		}
	}
	return false
}

// lineEnds reports whether nothing more is said in this line.
func (s *scanner) lineEnds() bool {
	s.skipBlanks()
	return s.at == len(s.text) || strings.IndexByte("#\r\n", s.text[s.at]) >= 0
}

// put notes what a key says.
func (s *scanner) put(table map[string]any, name string, data any) {
	_, again := table[name]
	if s.trust(!again); s.plain {
		table[name] = data
	}
}

// open notes the table of a header, which pairs go to then.
func (s *scanner) open(parts []keyPart, array bool) {
	last := len(parts) - 1
	in := s.data
	for _, p := range parts[:last] {
		in = s.inner(in, p.name)
	}
	s.into = map[string]any{}
	name := parts[last].name
	if !array {
		s.put(in, name, s.into)
		return
	}
	list, isList := in[name].([]map[string]any)
	if s.trust(isList || in[name] == nil); s.plain {
		in[name] = append(list, s.into)
	}
}

// inner returns the table that a part of a header's name means, or makes it.
func (s *scanner) inner(in map[string]any, name string) map[string]any {
	switch t := in[name].(type) {
	case map[string]any:
		return t
	case []map[string]any:
		return t[len(t)-1]
	}
	made := map[string]any{}
	s.put(in, name, made)
	return made
}

// scalar returns what a value other than an array or a table says. What is rare is
// left to the library.
func scalar(text string) (data any, ok bool) {
	if s, ok := quoted(text); ok {
		return s, true
	}
	if text == "true" || text == "false" {
		return text == "true", true
	}
	if n, err := strconv.ParseUint(text, 10, 63); err == nil && text[0] != '0' {
		return int64(n), true
	}
	var table map[string]any
	if _, err := toml.Decode("x="+text, &table); err != nil || len(table) != 1 {
		return nil, false
	}
	return table["x"], true
}

// quoted returns what is between quotes, in one line and without escapes.
func quoted(text string) (inner string, ok bool) {
	last := len(text) - 1
	if last == 0 || text[0] != text[last] {
		return "", false
	}
	switch inner = text[1:last]; text[0] {
	case '"':
		return inner, !strings.ContainsAny(inner, "\"\\\n")
	case '\'':
		return inner, !strings.ContainsAny(inner, "'\n")
	}
	return "", false
}
