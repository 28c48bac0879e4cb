package appliance

import (
	"slices"
	"sync"

	"sallyport/netstack"
	"sallyport/policy"
)

// ruleNames finds a rule's name by its generation and number. Of policies that
// are in force no more it keeps those that sessions were let in by, and the last
// few for what is still to be logged.
type ruleNames struct {
	mu  sync.Mutex
	set map[uint32]policy.Labels
}

// The policies whose names are kept: recent ones in any case, and so many at
// most. The names of a session of an older one are empty.
const (
	recentNames = 8
	maxNames    = 64
)

func (n *ruleNames) put(generation uint32, rules policy.Labels) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.set == nil {
		n.set = map[uint32]policy.Labels{}
	}
	n.set[generation] = rules
	n.bound(maxNames)
}

func (n *ruleNames) get(generation uint32) policy.Labels {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.set[generation]
}

// forget drops all but the recent policies and those of living sessions.
func (n *ruleNames) forget(living map[uint32]bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	known := n.known()
	for _, g := range known[:max(0, len(known)-recentNames)] {
		if !living[g] {
			delete(n.set, g)
		}
	}
}

// bound drops the oldest if there are more than most.
func (n *ruleNames) bound(most int) {
	known := n.known()
	for _, g := range known[:max(0, len(known)-most)] {
		delete(n.set, g)
	}
}

func (n *ruleNames) known() (generations []uint32) {
	for g := range n.set {
		generations = append(generations, g)
	}
	slices.Sort(generations)
	return generations
}

// natName returns the name of a translation rule of some generation, "" if it
// is no more.
func (a *Appliance) natName(generation uint32, rule uint16) string {
	return a.rules.get(generation).NAT(rule)
}

// ruleName returns the name of a rule of some generation, "" if it is no more.
func (a *Appliance) ruleName(generation, rule uint32) string {
	return a.rules.get(generation).Rule(rule)
}

// numbers are the rules that let somebody in now, and the translations of a policy by their
// names.
type numbers struct {
	rules        map[string]uint32
	translations map[string]uint16
}

func numbersOf(spec *policy.Spec) (n numbers) {
	n.rules, n.translations = make(map[string]uint32), make(map[string]uint16)
	for i, r := range spec.Rules {
		if r.Action == netstack.Pass && !r.Off {
			n.rules[r.Name] = uint32(i)
		}
	}
	for i, t := range spec.NAT {
		n.translations[t.Name] = uint16(i + 1)
	}
	return n
}
