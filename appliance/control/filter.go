package control

import (
	"fmt"
	"time"
)

// MaxFilter is the longest filter that is read, in bytes. It bounds the work
// and the nesting too.
const MaxFilter = 4096

// Filter picks sessions. It is immutable and safe for concurrent use; the zero
// Filter matches everything.
//
// A filter is terms joined by "and", "or" and "not" (also &&, ||, !), "and"
// binding tighter, grouped by parentheses; "and" may be left out. docs/commands.md
// lists the terms.
type Filter struct{ match matcher }

// matcher is a compiled term or a combination of them.
type matcher func(s *Session, now time.Time) bool

// ParseFilter compiles text. An empty text matches everything. The error is a
// *FilterError.
func ParseFilter(text string) (Filter, error) {
	if len(text) > MaxFilter {
		return Filter{}, &FilterError{Offset: MaxFilter, Message: fmt.Sprintf("longer than %d bytes", MaxFilter)}
	}
	tokens, err := lex(text)
	if err != nil {
		return Filter{}, err
	}
	if len(tokens) == 1 {
		return Filter{}, nil
	}
	p := &parser{tokens: tokens}
	m, err := p.all()
	return Filter{m}, err
}

// Match reports whether f picks s at time now.
func (f Filter) Match(s *Session, now time.Time) bool {
	return f.match == nil || f.match(s, now)
}

// FilterError says what is wrong with a filter, and where.
type FilterError struct {
	Offset  int    // in bytes, of the word at fault
	Message string // what is wrong
	Hint    string // what was probably meant; may be empty
}

func (e *FilterError) Error() string {
	s := fmt.Sprintf("filter, column %d: %s", e.Offset+1, e.Message)
	if e.Hint != "" {
		s += ": did you mean " + e.Hint + "?"
	}
	return s
}
