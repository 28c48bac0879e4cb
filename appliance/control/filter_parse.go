package control

import (
	"fmt"
	"strings"
	"time"
)

// parser walks the tokens of one filter. The last token is tokenEnd, which is
// never stepped over.
type parser struct {
	tokens []token
	i      int
}

func (p *parser) peek() token { return p.tokens[p.i] }

func (p *parser) take() token {
	t := p.tokens[p.i]
	if t.kind != tokenEnd {
		p.i++
	}
	return t
}

// accept steps over the next token if it is of that kind.
func (p *parser) accept(kind tokenKind) bool {
	if p.peek().kind != kind {
		return false
	}
	p.take()
	return true
}

// all reads the whole filter.
func (p *parser) all() (matcher, error) {
	m, err := p.or()
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != tokenEnd {
		return nil, t.errorf("%q closes nothing", t.text)
	}
	return m, nil
}

func (p *parser) or() (matcher, error) {
	left, err := p.and()
	for err == nil && p.accept(tokenOr) {
		var right matcher
		right, err = p.and()
		left = either(left, right)
	}
	return left, err
}

func (p *parser) and() (matcher, error) {
	left, err := p.not()
	for err == nil && p.continues() {
		p.accept(tokenAnd)
		var right matcher
		right, err = p.not()
		left = both(left, right)
	}
	return left, err
}

// continues reports whether the conjunction goes on: by "and", or by a term
// that stands where "and" was left out.
func (p *parser) continues() bool {
	switch p.peek().kind {
	case tokenEnd, tokenOr, tokenClose:
		return false
	}
	return true
}

func (p *parser) not() (matcher, error) {
	if !p.accept(tokenNot) {
		return p.primary()
	}
	m, err := p.not()
	return func(s *Session, now time.Time) bool { return !m(s, now) }, err
}

func (p *parser) primary() (matcher, error) {
	t := p.take()
	switch t.kind {
	case tokenOpen:
		return p.group(t)
	case tokenWord:
		return p.term(t)
	case tokenEnd:
		return nil, t.errorf("ends where a term should be")
	}
	return nil, t.errorf("%q where a term should be", t.text)
}

func (p *parser) group(open token) (matcher, error) {
	m, err := p.or()
	if err == nil && !p.accept(tokenClose) {
		err = open.errorf("%q is not closed", "(")
	}
	return m, err
}

func (p *parser) term(t token) (matcher, error) {
	if parse, ok := terms[strings.ToLower(t.text)]; ok {
		return parse(p, t)
	}
	return nil, unknown(t)
}

func both(a, b matcher) matcher {
	return func(s *Session, now time.Time) bool { return a(s, now) && b(s, now) }
}

func either(a, b matcher) matcher {
	return func(s *Session, now time.Time) bool { return a(s, now) || b(s, now) }
}

func (t token) errorf(format string, args ...any) error {
	return &FilterError{Offset: t.at, Message: fmt.Sprintf(format, args...)}
}

func (t token) hinted(hint, format string, args ...any) error {
	return &FilterError{Offset: t.at, Message: fmt.Sprintf(format, args...), Hint: hint}
}
