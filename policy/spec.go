package policy

import (
	"net/netip"

	"sallyport/netstack"
)

// Spec is a rule set as somebody wrote it, names resolved, before it is
// compiled. conf makes it.
type Spec struct {
	Rules []Rule
	NAT   []NAT
	// SYNOnly are services of TCP of which rules see nothing but SYNs: all else
	// passes, either way.
	SYNOnly []Service
}

// Family narrows a rule to one IP version.
type Family uint8

const (
	AnyFamily Family = iota
	IPv4
	IPv6
)

// Zones is a set of netstack.Side values, Self included: bit 1<<side.
type Zones uint8

const (
	FromInside  Zones = 1 << netstack.Inside
	FromOutside Zones = 1 << netstack.Outside
	ToSelf      Zones = 1 << netstack.Self
	AnyZone     Zones = FromInside | FromOutside | ToSelf
)

// Has reports whether side is in z.
func (z Zones) Has(side netstack.Side) bool { return z>>side&1 != 0 }

// Rule is one [[rule]]. Every condition must hold; an empty list holds always.
type Rule struct {
	Name        string
	From, To    Zones
	Family      Family
	Source      []Address
	Destination []Address
	Service     []Service
	Action      netstack.Verdict
	Log         bool
	// Terms numbers what the sessions that it lets in live by, in a list that
	// policy knows nothing of; 0 is what holds where no rule says otherwise.
	Terms uint16
	// Limit numbers what bounds them, in another such list; 0: nothing does.
	Limit uint16
	// When numbers the times at which the rule holds, in a third; 0: always. Off
	// says that it is no such time: the rule then matches nothing, and keeps its
	// number.
	When uint16
	Off  bool
}

// Address is one entry of an address list. A list of positive entries matches
// what any of them holds, less what any negated entry holds; a list of only
// negated entries matches everything else.
type Address struct {
	Range  AddrRange
	Self   bool // the box's own addresses, whatever they are now; Range is zero
	Negate bool
}

// AddrRange is a range of addresses of one family, both ends included.
type AddrRange struct{ First, Last netip.Addr }

// Service is one entry of a service list. Negated entries work as those of
// addresses do.
type Service struct {
	Protocol    netstack.Protocol
	AnyProtocol bool               // Protocol is meaningless and the rest zero
	Source      netstack.PortRange // zero: any
	Destination netstack.PortRange // zero: any
	ICMP        bool               // narrowed to Type, and to Code if not negative
	Type        uint8
	Code        int16
	Negate      bool
}

// Topology is what the compiled rule set must know of the box: it changes when
// an address does, and the rule set is then compiled again.
type Topology struct {
	Sides [netstack.Sides]SideTopology
}

// SideTopology is one side of the box.
type SideTopology struct {
	Own      []netip.Addr   // the box's addresses on this side; the first global one of a family is masqueraded behind
	Networks []netip.Prefix // what lives there, for anti-spoofing and routing; none on the outside: everything else
	// Reserved are the ports of own addresses that belong to the box itself and
	// that masquerading must not use: the kernel's ephemeral range, its services.
	Reserved []netstack.PortRange
	// IPv4 and IPv6 say which families this side forwards.
	IPv4, IPv6 bool
}
