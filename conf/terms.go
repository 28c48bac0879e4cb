package conf

import (
	"slices"

	"sallyport/netstack"
	"sallyport/state"
)

const tcp = netstack.TCP

// termsReader reads a profile and timeouts, of [state] or of a rule.
type termsReader struct {
	profile state.Profile
	said    bool // a profile
	terms   Terms
}

func (t *termsReader) readProfile(v value) {
	name, ok := v.word("strict", "loose", "fw1")
	if !ok {
		return
	}
	t.profile, _ = state.ParseProfile(name)
	t.said = true
	if t.profile == state.FW1 {
		v.warn("the profile fw1 is FireWall-1 of the year 2000 with its weaknesses, for study: it protects nothing")
	}
}

func (t *termsReader) readTimeouts(v value) {
	var fields []field
	for timer := range state.Timers {
		fields = append(fields, field{timer.String(), func(v value) {
			v.setDuration(&t.terms.Timeouts[timer], state.MinTimeout, state.MaxTimeout)
			t.terms.Said[timer] = true
		}})
	}
	v.read(fields)
}

// over returns base with the timeouts that were read, and marks no others.
func (t *termsReader) over(base Terms) Terms {
	base.Said = t.terms.Said
	for timer, said := range t.terms.Said {
		if said {
			base.Timeouts[timer] = t.terms.Timeouts[timer]
		}
	}
	return base
}

// number returns the number of what a rule makes of [state], added if it is the
// first to make it: a profile comes with its own timeouts, but for those that
// [state.timeouts] sets.
func (s *State) number(t *termsReader, at value) uint16 {
	if !t.said && t.terms.Said == ([state.Timers]bool{}) {
		return 0
	}
	base := s.Terms[0]
	if t.said && t.profile != base.Profile {
		base.Profile = t.profile
		for timer, d := range t.profile.Timeouts() {
			if !base.Said[timer] {
				base.Timeouts[timer] = d
			}
		}
	}
	terms := t.over(base)
	if i := slices.Index(s.Terms, terms); i >= 0 {
		return uint16(i)
	}
	if len(s.Terms) == MaxTerms {
		at.failKey("more than %d different sets of timeouts", MaxTerms)
		return 0
	}
	s.Terms = append(s.Terms, terms)
	return uint16(len(s.Terms) - 1)
}
