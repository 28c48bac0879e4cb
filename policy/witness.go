package policy

import "sallyport/netstack"

// Witness keeps what a rule set was asked about a packet and what it answered, in
// order. See RuleSet.Witnessed.
type Witness struct{ Lookups []Lookup }

// Lookup is one search for the first that matches.
type Lookup struct {
	List   List
	Packet Seen
	// Match is what was found: the number of a rule, or that of a translation as in
	// netstack.Translation, from 1; -1: nothing.
	Match int
	// Missed are those before it, all of them if nothing was found.
	Missed []Missed
}

// List is what is searched.
type List uint8

const (
	Destinations List = iota // translations of where a packet goes
	Turns                    // the same, for hosts of the inside that speak to an external address
	Rules
	Sources // translations of where it comes from
)

// Seen is a packet as a list sees it: after what was translated before.
type Seen struct {
	From             netstack.Side
	To               Zones // 0: that does not count
	Src, Dst         netstack.Addr
	SrcPort, DstPort uint16
	Proto            netstack.Protocol
	Type, Code       uint8 // of ICMP
}

// Missed is one that does not match, by the first of its conditions that does
// not, in the order in which they are written.
type Missed struct {
	Number int // as Lookup.Match
	Miss   Miss
}

// Miss is a condition that a packet does not meet.
type Miss uint8

const (
	Hit       Miss = iota
	NotNow         // it does not hold at this time
	OtherFrom      // the side it comes from
	OtherTo
	OtherFamily
	OtherSource
	OtherDestination
	OtherService
)

// Witnessed returns the same rule set, which tells w what it is asked. It is for
// one goroutine, and slow.
func (rs *RuleSet) Witnessed(w *Witness) *RuleSet {
	told := *rs
	target := func(i int) int { return int(rs.targets[i].number) }
	told.dnat.witness = &testimony{w, Destinations, target}
	told.hairpins.witness = &testimony{w, Turns, func(i int) int { return target(rs.hairpins.targets[i]) }}
	told.rules.witness = &testimony{w, Rules, func(i int) int { return i }}
	told.snat.witness = &testimony{w, Sources, func(i int) int { return int(rs.sources[i].number) }}
	return &told
}

// testimony is what a classifier tells a witness.
type testimony struct {
	*Witness
	list   List
	number func(i int) int // of a condition
}

// witnessed is first for who is watched: what it finds is what it would find
// otherwise, and then each condition before is asked why not.
func (c *classifier) witnessed(q *query) int {
	i := c.find(q)
	l := Lookup{List: c.witness.list, Packet: q.seen(), Match: -1}
	if i != none {
		l.Match = c.witness.number(i)
	}
	for n := range c.conditions {
		if n == i {
			break
		}
		l.Missed = append(l.Missed, Missed{c.witness.number(n), c.conditions[n].misses(q)})
	}
	c.witness.Lookups = append(c.witness.Lookups, l)
	return i
}

// misses says why q does not match.
func (c *condition) misses(q *query) Miss {
	lacks := func(s scope) bool { return q.scope&s&^c.scope != 0 }
	switch {
	case c.scope == 0:
		return NotNow
	case lacks(from(AnyZone)):
		return OtherFrom
	case lacks(to(AnyZone)):
		return OtherTo
	case lacks(family(AnyFamily)):
		return OtherFamily
	case !c.src.contains(q.src):
		return OtherSource
	case !c.dst.contains(q.dst):
		return OtherDestination
	case !c.services.matches(q):
		return OtherService
	}
	return Hit
}

func (q *query) seen() Seen {
	s := Seen{
		To: Zones(q.scope>>toShift) & AnyZone, Src: q.src, Dst: q.dst, SrcPort: q.srcPort, DstPort: q.dstPort,
		Proto: q.proto, Type: q.icmpType, Code: q.icmpCode,
	}
	if q.scope&from(FromOutside) != 0 {
		s.From = netstack.Outside
	}
	return s
}
