package conf

import (
	"fmt"
	"strings"
	"time"
)

// value is a decoded value with its place.
type value struct {
	doc  *document
	node *node
	data any
}

// fail notes a fault of the value, failKey one of its key.
func (v value) fail(format string, args ...any) {
	v.doc.errs = append(v.doc.errs, v.doc.remark(v.node.value, v.node.valueEnd, format, args...))
}

func (v value) failKey(format string, args ...any) {
	v.doc.errs = append(v.doc.errs, v.doc.remark(v.node.key, v.node.keyEnd, format, args...))
}

// warn notes what is no fault of the value, warnKey of its key.
func (v value) warn(format string, args ...any) {
	v.doc.warnings = append(v.doc.warnings, v.doc.remark(v.node.value, v.node.valueEnd, format, args...))
}

func (v value) warnKey(format string, args ...any) {
	v.doc.warnings = append(v.doc.warnings, v.doc.remark(v.node.key, v.node.keyEnd, format, args...))
}

// seenFrom says where the value starts, to who reads about it at another place:
// "line 7", or with its file if that is another.
func (v value) seenFrom(at value) string {
	line := v.doc.line(v.node.value)
	if v.doc == at.doc {
		return fmt.Sprintf("line %d", line)
	}
	return fmt.Sprintf("%s:%d", v.doc.name, line)
}

// want notes that the value is of another kind than it must be.
func (v value) want(kind string) { v.fail("want %s, got %s", kind, kindOf(v.data)) }

func kindOf(data any) string {
	switch data.(type) {
	case string:
		return "text"
	case int64:
		return "a whole number"
	case float64:
		return "a number with a fraction"
	case bool:
		return "true or false"
	case time.Time:
		return "a date or time"
	case map[string]any:
		return "a table"
	case []map[string]any:
		return "a list of tables ([[...]])"
	}
	return "a list"
}

// text returns a string's value; not ok, and a fault noted, if it is none.
func (v value) text() (s string, ok bool) {
	if v.probed(textKind) != nil {
		return "", false
	}
	if s, ok = v.data.(string); !ok {
		v.want("text in quotes")
	}
	return s, ok
}

// word is text that must be one of words.
func (v value) word(words ...string) (s string, ok bool) {
	if p := v.probed(textKind); p != nil {
		p.words = words
		return "", false
	}
	if s, ok = v.text(); !ok {
		return s, false
	}
	for _, w := range words {
		if s == w {
			return s, true
		}
	}
	v.fail("unknown %q; %s", s, choices(s, words))
	return s, false
}

func (v value) setWord(to *string, words ...string) {
	if s, ok := v.word(words...); ok {
		*to = s
	}
}

func (v value) setText(to *string) {
	if s, ok := v.text(); ok {
		*to = s
	}
}

func (v value) setBool(to *bool) {
	if v.probed(boolKind) != nil {
		return
	}
	b, ok := v.data.(bool)
	if !ok {
		v.want("true or false")
		return
	}
	*to = b
}

// setInt is a whole number from least to most.
func (v value) setInt(to *int, least, most int) {
	if s := v.probed(numberKind); s != nil {
		s.least, s.most = least, most
		return
	}
	n, ok := v.data.(int64)
	switch {
	case !ok:
		v.want("a whole number")
	case n < int64(least) || n > int64(most):
		v.fail("%d is not between %d and %d", n, least, most)
	default:
		*to = int(n)
	}
}

func (v value) setDuration(to *time.Duration, least, most time.Duration) {
	if v.probed(durationKind) != nil {
		return
	}
	s, ok := v.data.(string)
	d, err := time.ParseDuration(s)
	switch {
	case !ok:
		v.want(`a duration such as "30s" or "2h4m"`)
	case err != nil:
		v.fail(`%q is not a duration such as "30s" or "2h4m"`, s)
	case d < least || d > most:
		v.fail("%v is not between %v and %v", d, least, most)
	default:
		*to = d
	}
}

// setMoment reads a date with its time and its offset from UTC: what it means
// must not depend on the machine.
func (v value) setMoment(to *time.Time) {
	if v.probed(momentKind) != nil {
		return
	}
	t, ok := v.data.(time.Time)
	switch {
	case !ok:
		v.want("a date with its time and offset, such as 2026-12-31T18:00:00+01:00")
	case strings.HasSuffix(t.Location().String(), "-local"): // as the library marks them
		v.fail("say where this is: with the time and the offset from UTC, such as 2026-12-31T18:00:00+01:00 or 2026-12-31T17:00:00Z")
	default:
		*to = t.UTC()
	}
}

// list returns the elements of an array; not ok, and a fault noted, if it is
// none, or empty: an empty list would match nothing, and nobody means that.
func (v value) list() (elements []value, ok bool) {
	if s := v.probed(listKind); s != nil {
		return []value{probe(v.doc, s.element())}, true
	}
	items, ok := v.data.([]any)
	switch s, isText := v.data.(string); {
	case isText:
		v.fail("want a list: [%q]", s)
	case !ok:
		v.want("a list in brackets")
	case len(items) == 0:
		v.fail("an empty list matches nothing; leave the key out instead")
	}
	for i := range items {
		elements = append(elements, v.element(i, items[i]))
	}
	return elements, len(items) > 0
}

// oneOrMore returns the elements of an array, or what stands there alone.
func (v value) oneOrMore() []value {
	if s := v.probed(listKind); s != nil {
		s.orAlone = true
	} else if _, isList := v.data.([]any); !isList {
		return []value{v}
	}
	elements, _ := v.list()
	return elements
}

func (v value) element(i int, data any) value {
	at := v.node
	if i < len(at.elements) {
		at = at.elements[i]
	}
	return value{v.doc, at, data}
}

// tables returns the tables of a [[key]], and notes a fault if it is none.
func (v value) tables(key string) (out []value) {
	if s := v.probed(listKind); s != nil {
		return []value{probe(v.doc, s.element())}
	}
	switch items := v.data.(type) {
	case []map[string]any:
		for i := range items {
			out = append(out, v.element(i, items[i]))
		}
	case []any:
		for i := range items {
			out = append(out, v.element(i, items[i]))
		}
	case map[string]any:
		v.failKey("there can be several: write [[%s]]", key)
	default:
		v.want(fmt.Sprintf("tables, each under [[%s]]", key))
	}
	return out
}
