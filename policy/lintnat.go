package policy

import (
	"errors"
	"slices"
)

// lintNAT looks for translations that get nothing, or nothing that a rule
// accepts, or addresses that are not theirs.
func (m *terrain) lintNAT(s Spec, accepted region) (found []Finding, err error) {
	inward, inErr := natListOf(s.NAT, m.inward)
	outward, outErr := natListOf(s.NAT, m.outward)
	for i := range s.NAT {
		f := m.faultOf(s.NAT, i, &inward, &outward, accepted)
		if f.NAT, f.Number = true, i; f.Fault != 0 {
			found = append(found, f)
		}
	}
	return found, errors.Join(inErr, outErr)
}

// faultOf returns the first fault of translation i, if there is one.
func (m *terrain) faultOf(nat []NAT, i int, inward, outward *natList, accepted region) Finding {
	n := &nat[i]
	f, dead := inward.deadBeside(outward, i)
	switch {
	case dead:
		return f
	case n.Type == Exempt && !inward.exempts(nat, i) && !outward.exempts(nat, i):
		if f, dead, _ = outward.dead(i); !dead {
			f.Fault = ExemptsNothing
		}
		return f
	case n.Type != Exempt && !m.opened(n, inward.of(i), outward.of(i), accepted):
		return Finding{Fault: Unopened}
	case m.takesInside(n):
		return Finding{Fault: ExternalInside}
	case n.isOneToOne():
		return inward.contested(nat, i)
	}
	return Finding{}
}

// takesInside reports whether n takes addresses that live inside for use on the
// outside, where nobody can answer to them.
func (m *terrain) takesInside(n *NAT) bool {
	return n.To == FromOutside && slices.ContainsFunc(n.External, func(r AddrRange) bool {
		set, err := rangesOf(Address{Range: r}, nil)
		return err == nil && m.inside.meets(set)
	})
}
