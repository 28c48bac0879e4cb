package policy

import "sallyport/netstack"

// RuleSet is a compiled Spec on one Topology. It is immutable, so that any
// number of goroutines may ask it at once.
type RuleSet struct {
	box      box
	rules    classifier
	outcomes []outcome // of the rules
	dnat     classifier
	targets  []target // of dnat
	hairpins hairpins
	snat     classifier
	sources  []source // of snat
	lent     addrSet  // addresses that sources are translated to, from a pool
	names    []string
	natNames []string
	synOnly  services
}

// outcome is what follows from a rule.
type outcome struct {
	action netstack.Verdict
	log    bool
	terms  uint16
	limit  uint16
}

// Names returns the rules' names in order: the name of rule n is Names()[n]. It
// is the rule set's and is not to be changed.
func (rs *RuleSet) Names() []string { return rs.names }

// Rule returns the name of rule n as it stands in a Decision: "default" for
// DefaultRule, and "" for a number this rule set does not have.
func (rs *RuleSet) Rule(n uint32) string { return rs.Labels().Rule(n) }

// NATName returns the name of translation rule n as it stands in a
// Translation, counted from 1; "" for none and for one this rule set does not
// have.
func (rs *RuleSet) NATName(n uint16) string { return rs.Labels().NAT(n) }

// Labels returns the names alone, which may outlive the rule set.
func (rs *RuleSet) Labels() Labels { return Labels{rs.names, rs.natNames} }

// IsOwn reports whether a is one of the box's own addresses, of either side.
func (rs *RuleSet) IsOwn(a netstack.Addr) bool { return rs.box.own.contains(a) }
