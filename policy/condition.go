package policy

import (
	"errors"

	"sallyport/netstack"
)

// scope is a bit for each side that a packet may come from (2 bits), each that
// it may go to (3) and each IP version (2): a packet fits a condition if the
// condition has all of the packet's bits.
type scope uint8

const (
	scopeIPv4 scope = 1 << 5
	scopeIPv6 scope = 1 << 6
	allScopes scope = 1<<7 - 1
	toShift         = 2
)

func from(z Zones) scope { return scope(z & (FromInside | FromOutside)) }
func to(z Zones) scope   { return scope(z&AnyZone) << toShift }

func family(f Family) scope {
	switch f {
	case IPv4:
		return scopeIPv4
	case IPv6:
		return scopeIPv6
	}
	return scopeIPv4 | scopeIPv6
}

// query is a packet as a list of conditions sees it. Without bits of to in its
// scope, where it goes does not count.
type query struct {
	scope              scope
	icmpType, icmpCode uint8
	proto              netstack.Protocol
	srcPort, dstPort   uint16
	src, dst           netstack.Addr
}

// condition is what a rule or a translation asks of a packet.
type condition struct {
	scope    scope
	services services
	src, dst addrSet
}

func (c *condition) matches(q *query) bool {
	return q.scope&^c.scope == 0 && c.services.matches(q) && c.dst.contains(q.dst) && c.src.contains(q.src)
}

// clause is what rules and translations have in common, as written.
type clause struct {
	from, to            Zones
	family              Family
	source, destination []Address
	service             []Service
}

// clauses compiles clauses on a box with the addresses own.
type clauses struct {
	own       addrSet
	addresses shared[Address, addrSet]
	services  shared[Service, services]
}

func (k *clauses) compile(c clause) (condition, error) {
	src, srcErr := k.addresses.of(c.source, k.addrSet)
	dst, dstErr := k.addresses.of(c.destination, k.addrSet)
	list, listErr := k.services.of(c.service, compileServices)
	return condition{from(c.from) | to(c.to) | family(c.family), list, src, dst},
		errors.Join(srcErr, dstErr, listErr)
}

func (k *clauses) addrSet(list []Address) (addrSet, error) { return compileAddresses(list, k.own) }
