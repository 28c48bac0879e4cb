package conf

import (
	"bytes"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
)

// Format returns a file's text as it is best read, with all comments and in the
// same order: keys of lines that follow each other have their "=" below each
// other, a section has a blank line before it, and nothing has more than one.
// What is inside of brackets and quotes over several lines stays as it is. The
// text means the same afterwards. The error is of type Errors if it is no TOML;
// whether it is a right configuration is not asked.
func Format(name string, text []byte) ([]byte, error) {
	d := newDocument(name, strings.TrimPrefix(string(text), byteOrderMark))
	before, ok := d.parse()
	if !ok {
		return nil, d.errs.sorted()
	}
	out := layOut(linesOf(d.text))
	var after map[string]any
	if _, err := toml.Decode(out, &after); err != nil || !reflect.DeepEqual(after, before.data) {
		return bytes.Clone(text), nil // what is so odd is better left alone
	}
	return []byte(out), nil
}

// laidLine is a line, or several if a value goes over them.
type laidLine struct {
	key  string // of a pair; else ""
	text string // the value of a pair and what follows it; else all
}

func (l *laidLine) blank() bool   { return l.text == "" }
func (l *laidLine) header() bool  { return l.key == "" && strings.HasPrefix(l.text, "[") }
func (l *laidLine) several() bool { return strings.Contains(l.text, "\n") }

// linesOf cuts text, which is valid.
func linesOf(text string) (lines []laidLine) {
	s := scanner{text: text, root: &node{}, deep: -1}
	for s.at < len(text) {
		s.skipBlanks()
		start := s.at
		if s.at == len(text) || strings.ContainsRune("#[\r\n", rune(text[s.at])) {
			s.skipUntil("\n")
			lines = append(lines, laidLine{text: trimmed(text[start:s.at])})
			s.at++
			continue
		}
		if _, ok := s.dottedKey(); !ok {
			return append(lines, laidLine{text: text[start:]})
		}
		key := trimmed(text[start:s.at])
		s.eat("=")
		s.skipBlanks()
		value := s.at
		s.scanValue(&node{}, 0)
		s.skipUntil("\n")
		lines = append(lines, laidLine{key, trimmed(text[value:s.at])})
		s.at++
	}
	return lines
}

func trimmed(s string) string { return strings.TrimRight(s, " \t\r") }

func layOut(lines []laidLine) string {
	var b strings.Builder
	var last laidLine
	for i := 0; i < len(lines); {
		l := lines[i]
		block := 1
		switch {
		case l.blank() && (last.blank() || allBlank(lines[i:])):
		case l.key != "":
			block = layPairs(&b, lines[i:])
			l = lines[i+block-1]
		default:
			if l.header() && last.key != "" {
				b.WriteString("\n")
			}
			b.WriteString(l.text + "\n")
		}
		last, i = l, i+block
	}
	return b.String()
}

func allBlank(lines []laidLine) bool {
	for i := range lines {
		if !lines[i].blank() {
			return false
		}
	}
	return true
}

// layPairs writes the pairs that follow each other and returns how many. One
// that goes over several lines is the last.
func layPairs(b *strings.Builder, lines []laidLine) (n int) {
	width := 0
	for n < len(lines) && lines[n].key != "" {
		width = max(width, utf8.RuneCountInString(lines[n].key))
		if n++; lines[n-1].several() {
			break
		}
	}
	for _, l := range lines[:n] {
		b.WriteString(l.key + strings.Repeat(" ", width-utf8.RuneCountInString(l.key)) + " = " + l.text + "\n")
	}
	return n
}
