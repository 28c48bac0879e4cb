package control

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"sallyport/netstack"
)

// value reads the word that follows the term t.
func (p *parser) value(t token) (token, error) {
	switch v := p.take(); v.kind {
	case tokenWord, tokenQuoted:
		return v, nil
	default:
		return v, v.errorf("%q wants a value", t.text)
	}
}

// equality reads an optional "=" or "!=", and reports whether it negates.
func (p *parser) equality() (negate bool, err error) {
	t := p.peek()
	if t.kind != tokenCompare {
		return false, nil
	}
	if t.text != "=" && t.text != "!=" {
		return false, t.errorf("%q compares numbers only", t.text)
	}
	return p.take().text == "!=", nil
}

// equal compiles "word value", "word = value" and "word != value".
func equal(p *parser, t token, compile func(v token) (matcher, error)) (matcher, error) {
	negate, err := p.equality()
	if err != nil {
		return nil, err
	}
	v, err := p.value(t)
	if err != nil {
		return nil, err
	}
	m, err := compile(v)
	if negate && err == nil {
		return func(s *Session, now time.Time) bool { return !m(s, now) }, nil
	}
	return m, err
}

// bare is a term that takes no value.
func bare(is func(*Session) bool) termParser {
	return func(*parser, token) (matcher, error) {
		return func(s *Session, _ time.Time) bool { return is(s) }, nil
	}
}

// text compares a name, whatever its case.
func text(field func(*Session) string) termParser {
	return texts(func(s *Session) []string { return []string{field(s)} })
}

// texts looks for a name among several, whatever its case.
func texts(field func(*Session) []string) termParser {
	return func(p *parser, t token) (matcher, error) {
		return equal(p, t, func(v token) (matcher, error) {
			is := func(have string) bool { return strings.EqualFold(have, v.text) }
			return func(s *Session, _ time.Time) bool { return slices.ContainsFunc(field(s), is) }, nil
		})
	}
}

// oneOf is text whose value must be one of names.
func oneOf(names []string, field func(*Session) string) termParser {
	return func(p *parser, t token) (matcher, error) {
		return equal(p, t, func(v token) (matcher, error) {
			name := strings.ToLower(v.text)
			if !slices.Contains(names, name) {
				return nil, v.hinted(nearest(name, names), "%q is none of %s", v.text, strings.Join(names, ", "))
			}
			return func(s *Session, _ time.Time) bool { return field(s) == name }, nil
		})
	}
}

// optional is a term that without a value asks whether there is any. What
// follows is its value unless it reads as another term; quotes settle it.
func optional(valued termParser, has func(*Session) bool) termParser {
	return func(p *parser, t token) (matcher, error) {
		next := p.peek()
		_, isTerm := terms[strings.ToLower(next.text)]
		if next.kind == tokenQuoted || next.kind == tokenCompare || next.kind == tokenWord && !isTerm {
			return valued(p, t)
		}
		return bare(has)(p, t)
	}
}

// protocolTerm takes a name, a number or proto/number.
func protocolTerm(p *parser, t token) (matcher, error) {
	return equal(p, t, func(v token) (matcher, error) {
		name := strings.ToLower(v.text)
		if n, err := strconv.ParseUint(strings.TrimPrefix(name, "proto/"), 10, 8); err == nil {
			name = netstack.Protocol(n).String()
		} else if !slices.Contains(protocols, name) {
			return nil, v.hinted(nearest(name, protocols), "%q is no protocol's name or number", v.text)
		}
		return func(s *Session, _ time.Time) bool { return s.Protocol == name }, nil
	})
}
