package state

import (
	"errors"
	"math"
)

// Terms is what a session lives by: its rule may settle that for the sessions
// it lets in.
type Terms struct {
	Profile  Profile
	Timeouts Timeouts
}

// TermsID names Terms that a table has been told. 0 are the table's own:
// Strict, and the timeouts it was made with.
type TermsID uint16

var errTooManyTerms = errors.New("too many different timeouts in the life of one session table")

// Intern returns the name of these terms, which the table keeps for good: equal
// terms get the same name, so that only a rule set with thousands of different
// timeouts, loaded time and again, comes to the limit of 65536.
func (t *Table) Intern(terms Terms) (TermsID, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for id := range t.terms {
		if t.terms[id] == terms {
			return TermsID(id), nil
		}
	}
	if len(t.terms) > math.MaxUint16 {
		return 0, errTooManyTerms
	}
	t.terms = append(t.terms, terms)
	t.mixed = t.mixed || terms.Profile != Strict
	return TermsID(len(t.terms) - 1), nil
}

// termsOf returns what s lives by.
func (t *Table) termsOf(s *session) *Terms { return &t.terms[s.terms] }
