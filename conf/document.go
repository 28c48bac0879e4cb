package conf

import (
	"errors"
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
)

// maxText is the most that is read, of all files together, in bytes: some ten
// thousands of rules, and no way to fill the memory.
const maxText = 16 << 20

// document is a file being read, and what was found to be wrong with it.
type document struct {
	name, text string
	starts     []int // of the lines
	errs       Errors
	warnings   Errors
}

func newDocument(name, text string) *document {
	d := &document{name: name, text: text, starts: make([]int, 1, 1+strings.Count(text, "\n"))}
	for i := range len(text) {
		if text[i] == '\n' {
			d.starts = append(d.starts, i+1)
		}
	}
	return d
}

// line returns the number of the line that holds the offset, from 1.
func (d *document) line(at int) int {
	return sort.SearchInts(d.starts, at+1)
}

// fail notes a fault at an offset.
func (d *document) fail(at int, format string, args ...any) {
	d.errs = append(d.errs, d.remark(at, at, format, args...))
}

// remark makes an error about the text from at to before end, of which the first
// line counts.
func (d *document) remark(at, end int, format string, args ...any) Error {
	at = min(max(at, 0), len(d.text))
	line := d.line(at)
	start := d.starts[line-1]
	text, _, _ := strings.Cut(d.text[start:], "\n")
	text = strings.TrimSuffix(text, "\r")
	return Error{
		File:    d.name,
		Line:    line,
		Column:  1 + at - start,
		Message: fmt.Sprintf(format, args...),
		text:    text,
		width:   min(end, start+len(text)) - at,
	}
}

// parse returns the whole file as a value; false if it is not TOML.
func (d *document) parse() (value, bool) {
	if !d.readable() {
		return value{}, false
	}
	root, deep := places(d.text)
	if deep >= 0 {
		d.fail(deep, "nested more than %d deep", maxDepth)
		return value{}, false
	}
	var data map[string]any
	if _, err := toml.Decode(d.text, &data); err != nil {
		d.failSyntax(err)
		return value{}, false
	}
	return value{d, root, data}, true
}

// readable refuses what is no text. The TOML library would skip a byte order
// mark, and every place would be off.
func (d *document) readable() bool {
	switch {
	case !utf8.ValidString(d.text):
		d.fail(firstInvalid(d.text), "not UTF-8")
	case strings.HasPrefix(d.text, byteOrderMark):
		d.fail(0, "a second byte order mark")
	default:
		return true
	}
	return false
}

// firstInvalid returns where s stops being UTF-8, which it does.
func firstInvalid(s string) int {
	for i, r := range s {
		if _, size := utf8.DecodeRuneInString(s[i:]); r == utf8.RuneError && size == 1 {
			return i
		}
	}
	return len(s)
}

func (d *document) failSyntax(err error) {
	var syntax toml.ParseError
	if !errors.As(err, &syntax) {
		d.fail(0, "%v", err)
		return
	}
	at := syntax.Position.Start
	d.errs = append(d.errs, d.remark(at, at+syntax.Position.Len, "%s", oneLine(syntax.Message)))
}

// oneLine keeps control characters that a message quotes from the file out of
// terminals and logs.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}
