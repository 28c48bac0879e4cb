package state

import (
	"errors"
	"math"
	"slices"
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
	known := t.terms.Load()
	for id := range known.by {
		if known.by[id] == terms {
			return TermsID(id), nil
		}
	}
	if len(known.by) > math.MaxUint16 {
		return 0, errTooManyTerms
	}
	t.terms.Store(&glossary{append(known.by, terms), known.mixed || terms.Profile != Strict})
	return TermsID(len(known.by)), nil
}

// glossary is the terms that a table has been told. Packets read it while another
// is made, which may share what the two have in common.
type glossary struct {
	by    []Terms // by TermsID
	mixed bool    // some of them are not Strict
}

// SetTimeouts changes the timeouts of the table's own terms. A running session
// keeps its expiry until its next packet.
func (t *Table) SetTimeouts(timeouts Timeouts) {
	t.mu.Lock()
	defer t.mu.Unlock()
	known := t.terms.Load()
	by := slices.Clone(known.by)
	by[0].Timeouts = timeouts
	t.terms.Store(&glossary{by, known.mixed})
}

// termsOf returns what s lives by.
func (t *Table) termsOf(s *session) *Terms { return t.termsBy(s.terms) }

func (t *Table) termsBy(id TermsID) *Terms { return &t.terms.Load().by[id] }
