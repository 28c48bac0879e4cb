package forward

import (
	"sallyport/netstack"
	"sallyport/policy"
	"sallyport/state"
)

// Terms is what the sessions of a rule live by, and its profile. Services are
// what those of each ServiceTerms live by instead.
type Terms struct {
	ID       state.TermsID
	Profile  state.Profile
	Services []state.TermsID
}

// ServiceTerms is a service whose sessions have terms of their own, whatever
// rule lets them in. Ports are of the real destination; zero: any.
type ServiceTerms struct {
	Protocol netstack.Protocol
	Ports    netstack.PortRange
}

// SetTerms says what the numbers in Decision.Terms mean; the first is what
// holds where no rule says otherwise. Without it, all is as the table has it.
// It is called before the policy is put in force.
func (pol *Policy) SetTerms(terms []Terms, services []ServiceTerms) {
	pol.terms, pol.services = terms, services
	pol.fw1 = len(terms) > 0 && terms[0].Profile == state.FW1
	pol.lenient, pol.flagless = false, false
	for _, t := range terms {
		pol.lenient = pol.lenient || t.Profile != state.Strict
		pol.flagless = pol.flagless || t.Profile == state.FW1
	}
}

// SetLimits says what the numbers from 1 in Decision.Limit mean. It is called
// before the policy is put in force.
func (pol *Policy) SetLimits(limits []state.Limit) { pol.limits = limits }

// LimitOf returns the limit of that number, nil for 0. It is the policy's.
func (pol *Policy) LimitOf(number uint16) *state.Limit {
	if number == 0 || int(number) > len(pol.limits) {
		return nil
	}
	return &pol.limits[number-1]
}

// Admission is what the table is to know of a decision to let p begin a session.
func (pol *Policy) Admission(d *policy.Decision, p *netstack.Packet) state.Admission {
	return state.Admission{
		Rule: d.Rule, Generation: pol.Generation, Out: d.Out, Log: d.Log,
		Terms: pol.TermsOf(d.Terms, p.Flow.Proto, realPort(d, p)), Translation: d.Translation,
		Limit: pol.LimitOf(d.Limit),
	}
}

func realPort(d *policy.Decision, p *netstack.Packet) uint16 {
	if d.Translation.DstPort != 0 {
		return d.Translation.DstPort
	}
	return p.Flow.DstPort
}

// TermsOf returns what a session to this port of the real destination lives by
// under a rule with these terms.
func (pol *Policy) TermsOf(terms uint16, proto netstack.Protocol, port uint16) state.TermsID {
	t := &pol.terms[terms]
	for i, s := range pol.services {
		if s.Protocol == proto && (s.Ports == netstack.PortRange{} || s.Ports.Contains(port)) {
			return t.Services[i]
		}
	}
	return t.ID
}

// mayAsk reports whether a rule could still let in what the table has refused:
// a packet of no session, that some profile lets begin one.
func (pol *Policy) mayAsk(m *state.Match, r netstack.Reason) bool {
	if !pol.lenient || m.Session != 0 {
		return false
	}
	return r == netstack.NoSession || r == netstack.Asymmetric || r == netstack.ICMPUnrelated || r == netstack.BadFlags
}
