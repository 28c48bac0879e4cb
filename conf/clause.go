package conf

import (
	"sallyport/netstack"
	"sallyport/policy"
)

// vocabulary is what the words of a clause can mean.
type vocabulary struct {
	addresses addressBook
	services  serviceBook
	schedules scheduleBook
}

// resolve reads what all lists hold, once their names are known.
func (w *vocabulary) resolve() {
	w.addresses.resolveAll(w.addresses.listed)
	w.services.resolveAll(w.services.entry)
}

// clause is what [[rule]] and [[nat]] have in common, with the places of what
// is to be checked together.
type clause struct {
	words               *vocabulary
	name                string
	from, to            policy.Zones
	family              policy.Family
	source, destination []policy.Address
	service             []policy.Service
	places              map[string]value
	failedLists         bool // a list has a fault: what it holds is not known
}

func newClause(words *vocabulary) *clause {
	c := &clause{words: words, places: map[string]value{}}
	c.reset()
	return c
}

// reset makes c one that says nothing, so that it can read the next.
func (c *clause) reset() {
	clear(c.places)
	*c = clause{words: c.words, places: c.places, from: policy.FromInside | policy.FromOutside, to: policy.AnyZone}
}

// fields are the keys that both kinds of clause have.
func (c *clause) fields() []field {
	return []field{
		{"name", c.at("name", c.readName)},
		{"from", c.at("from", c.readFrom)},
		{"to", c.at("to", c.readTo)},
		{"family", c.at("family", c.readFamily)},
		{"source", c.at("source", c.addresses(&c.source))},
		{"destination", c.at("destination", c.addresses(&c.destination))},
		{"service", c.at("service", c.readService)},
		{"comment", func(v value) { v.text() }},
	}
}

// at keeps the place of a key.
func (c *clause) at(key string, read func(value)) func(value) {
	return func(v value) {
		c.places[key] = v
		read(v)
	}
}

func (c *clause) addresses(to *[]policy.Address) func(value) {
	return func(v value) {
		list, ok := c.words.addresses.addressList(v)
		*to, c.failedLists = list, c.failedLists || !ok
	}
}

func (c *clause) readService(v value) {
	list, ok := c.words.services.serviceList(v)
	c.service, c.failedLists = list, c.failedLists || !ok
}

var zones = map[string]policy.Zones{
	"inside": policy.FromInside, "outside": policy.FromOutside, selfWord: policy.ToSelf, anyWord: policy.AnyZone,
}

func (c *clause) readFrom(v value) {
	s, ok := v.word("inside", "outside", anyWord, selfWord)
	switch {
	case !ok:
	case s == selfWord:
		v.fail("the firewall does not see what the box itself sends; from is \"inside\", \"outside\" or \"any\"")
	default:
		c.from = zones[s] &^ policy.ToSelf
	}
}

func (c *clause) readTo(v value) {
	if s, ok := v.word("inside", "outside", selfWord, anyWord); ok {
		c.to = zones[s]
	}
}

func (c *clause) readFamily(v value) {
	switch s, _ := v.word("ipv4", "ipv6"); s {
	case "ipv4":
		c.family = policy.IPv4
	case "ipv6":
		c.family = policy.IPv6
	}
}

// checkSides refuses what never passes, whatever the policy says.
func (c *clause) checkSides() {
	if c.from == policy.FromOutside && c.to == policy.FromOutside {
		c.places["to"].fail("nothing passes from outside to outside")
	}
}

// needs notes keys that must be there.
func (c *clause) needs(v value, key, why string) bool { return v.needs(key, why) }

// actions are the words for verdicts.
var actions = map[string]netstack.Verdict{"accept": netstack.Pass, "drop": netstack.Drop, "reject": netstack.Reject}
