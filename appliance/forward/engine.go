package forward

import (
	"sync/atomic"

	"sallyport/netstack"
	"sallyport/policy"
	"sallyport/state"
)

// Engine is what all workers share: the session table, the fragments of
// datagrams that are not complete, and the policy of the moment. Without a
// policy it drops everything (not-ready).
type Engine struct {
	Table     *state.Table
	Fragments *state.Fragments
	policy    atomic.Pointer[Policy]
	counts    counts

	asymmetric asymmetries
	identities identities
}

// NewEngine returns an engine without a policy.
func NewEngine(t *state.Table, f *state.Fragments) *Engine {
	e := &Engine{Table: t, Fragments: f}
	e.identities.begin()
	return e
}

// Policy is one configuration as the engine uses it. It is immutable but for
// its hit counters, and swapped whole.
type Policy struct {
	Rules      *policy.RuleSet
	Generation uint32
	Rematch    Rematch
	MTU        [netstack.Sides]int // of the egress interfaces, in bytes
	// Own4 and Own6 are the addresses that the firewall's own ICMP errors come
	// from on each side; zero if it has none.
	Own4, Own6 [netstack.Sides]netstack.Addr
	// Clients are the ports of own addresses that belong to the box's own
	// clients, of what arrives on each side.
	Clients [netstack.Sides][]netstack.PortRange
	// terms are by Decision.Terms. lenient: not all are of the profile strict;
	// flagless: some are of fw1, which looks at TCP flags in its own way; fw1: it
	// is what holds where no rule has a say, as about fragments.
	terms                  []Terms
	services               []ServiceTerms
	lenient, flagless, fw1 bool
	limits                 []state.Limit // by Decision.Limit, from 1
	// hits counts the packets that each rule decided about; the last is the
	// default's.
	hits   []*hits
	elders []elder
	// named are the same counters, as what tells rules of a name: see sameRule.
	named []*hits
}

// NewPolicy returns a policy of these rules, with no limits on packet size and
// no address of its own.
func NewPolicy(rules *policy.RuleSet, generation uint32) *Policy {
	return &Policy{Rules: rules, Generation: generation, terms: []Terms{{}}}
}

// Load returns the policy in force, nil before the first.
func (e *Engine) Load() *Policy { return e.policy.Load() }

// Swap puts p in force for the packets after this call; nil: nothing passes.
// Rules that have a name which was in force before go on counting.
func (e *Engine) Swap(p *Policy) {
	if p != nil {
		p.hits = e.counts.of(p.Rules)
		p.named = p.hits
		p.succeed(e.policy.Load())
	}
	e.policy.Store(p)
}

// Hit returns what the rule, or policy.DefaultRule, has decided so far. The
// policy must have been in force.
func (p *Policy) Hit(rule uint32) Hit { return p.hits[p.slot(rule)].get() }

func (p *Policy) hit(rule uint32, now state.Instant) {
	if rule != NoRule {
		p.hits[p.slot(rule)].hit(now)
	}
}

func (p *Policy) opened(rule uint32) {
	if rule != NoRule {
		p.hits[p.slot(rule)].sessions.Add(1)
	}
}

func (p *Policy) slot(rule uint32) int { return min(int(rule), len(p.hits)-1) }

// source returns the address that an ICMP error to a packet of this version
// that arrived on side comes from: the firewall's own, or, on a side where it
// has none, the one the packet was sent to (as its sender will accept it).
func (p *Policy) source(pkt *netstack.Packet) netstack.Addr {
	own := p.Own6[pkt.Flow.In]
	if pkt.Version == 4 {
		own = p.Own4[pkt.Flow.In]
	}
	if own.IsZero() {
		return pkt.Flow.Dst
	}
	return own
}

// isClients reports whether a port of an own address is one of the box's clients'.
func (p *Policy) isClients(in netstack.Side, port uint16) bool {
	for _, r := range p.Clients[in] {
		if r.Contains(port) {
			return true
		}
	}
	return false
}

// NoRule stands for the rule where no rule had a say.
const NoRule = policy.NoRule

// Outcome is what becomes of a packet. The zero Outcome drops it, and is not
// complete without a Reason. With the verdict Hold, the packet is a fragment and
// nothing has become of it yet.
type Outcome struct {
	Verdict netstack.Verdict
	Reason  netstack.Reason
	// Condition is which bound of a TCP conversation the packet lies outside of,
	// if that is the Reason.
	Condition state.Condition
	Out       netstack.Side // device to send on, if Verdict is Pass
	Reply     bool          // the reply frame holds an answer for the sender
	Event     state.Event
	Rule      uint32
	// Generation is of the policy that Rule counts in.
	Generation uint32
	Session    uint64
	// Fragments is how many fragments the packet is that was decided, and Bytes
	// their length; 0 if it is none.
	Fragments, Bytes int
}
