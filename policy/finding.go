package policy

import (
	"fmt"

	"sallyport/netstack"
)

// Fault is what a rule or a translation has that is allowed, and that hardly
// anybody means.
type Fault uint8

const (
	// NeverMatches: no packet can meet all of its conditions at once.
	NeverMatches Fault = iota + 1
	// Shadowed: others before it take everything that it would.
	Shadowed
	// Redundant: without it, others after it would do the same.
	Redundant
	// SourcePortOnly: it accepts whoever chooses the right source port.
	SourcePortOnly
	// AcceptsAll: it lets everything in from outside.
	AcceptsAll
	// Unopened: it translates what no rule accepts.
	Unopened
	// ExemptsNothing: no translation after it would take what it exempts.
	ExemptsNothing
	// ExternalInside: it takes addresses for the outside that live inside.
	ExternalInside
	// ExternalTaken: others before it have some of its external addresses, which
	// so do not lead to it.
	ExternalTaken
)

// Finding is a Fault of a rule, or of a translation.
type Finding struct {
	Fault  Fault
	NAT    bool  // it is of a translation
	Number int   // in Spec.NAT or Spec.Rules
	By     []int // in the same list, ascending: who shadows it or makes it redundant
}

// careless returns what is wrong with rule i whatever the others are.
func careless(r Rule, i int) (found []Finding) {
	if r.Action != netstack.Pass {
		return nil
	}
	for _, s := range r.Service {
		if !s.Negate && s.Source != (netstack.PortRange{}) && s.Destination == (netstack.PortRange{}) {
			found = append(found, Finding{Fault: SourcePortOnly, Number: i})
			break
		}
	}
	if r.From&FromOutside != 0 && r.To&(FromInside|ToSelf) != 0 && len(r.Source)+len(r.Destination)+len(r.Service) == 0 {
		found = append(found, Finding{Fault: AcceptsAll, Number: i})
	}
	return found
}

// effectsOf returns a number for each rule, the same for those that do the same
// with what they match: all that a rule says is compared, but for its conditions
// and its name.
func effectsOf(rules []Rule) (effects []int) {
	numbers := map[string]int{}
	for _, r := range rules {
		r.Name, r.From, r.To, r.Family = "", 0, 0, AnyFamily
		r.Source, r.Destination, r.Service = nil, nil, nil
		r.When, r.Off = 0, false // who covers another holds whenever that does
		effect := fmt.Sprintf("%#v", r)
		if _, known := numbers[effect]; !known {
			numbers[effect] = len(numbers)
		}
		effects = append(effects, numbers[effect])
	}
	return effects
}
