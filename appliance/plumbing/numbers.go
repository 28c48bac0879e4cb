package plumbing

import (
	"math"

	"golang.org/x/sys/unix"

	"sallyport/netstack"
)

// Mark is the protocol number (rtm_protocol, FRA_PROTOCOL) of every rule and
// route of this package. No routing daemon in rt_protos uses it.
const Mark = 83

// blackholeMetric makes a route the last resort of its table.
const blackholeMetric = math.MaxUint32

// Preferences of the rules. Blocks leave room for as many rules as their next
// one's start allows; all of them are before main and most other software.
const (
	prefEmit     = 1
	prefErrors   = 10
	prefKernel   = 100
	prefServices = 200
	prefSteer    = 900
	prefLocal    = 950
	prefTransit  = 960
	prefEnd      = 1000
)

// steerTable is T of a side: everything into its TUN.
func steerTable(s netstack.Side) int { return 8301 + int(s) }

// emitTable is R of a side: the routes of its own interface.
func emitTable(s netstack.Side) int { return 8311 + int(s) }

// ourTables are all tables that belong to this package.
func ourTables() []int {
	return []int{
		steerTable(netstack.Inside), steerTable(netstack.Outside),
		emitTable(netstack.Inside), emitTable(netstack.Outside),
	}
}

var bothSides = [netstack.Sides]netstack.Side{netstack.Inside, netstack.Outside}

// family is an address family as rtnetlink counts them.
type family int

const (
	ipv4 family = unix.AF_INET
	ipv6 family = unix.AF_INET6
)

var families = []family{ipv4, ipv6}

// ip is the family as a flag of ip(8).
func (f family) ip() string {
	if f == ipv4 {
		return "ip -4"
	}
	return "ip -6"
}
