package policy

import (
	"net/netip"

	"sallyport/netstack"
)

// NATType is the kind of a translation rule.
type NATType uint8

const (
	Masquerade NATType = iota + 1 // source becomes the egress side's own address
	SNAT                          // source becomes one of External
	DNAT                          // destination becomes one of Targets
	Static                        // source becomes External one to one, and destination the reverse
	NPTv6                         // the same with prefixes, and no checksum changes (RFC 6296)
	Exempt                        // neither is translated
)

// NAT is one [[nat]]. Two lists are asked, each in order, and the first that
// matches applies. As a packet arrives: DNAT, and Static and NPTv6 from the side
// To. After the rules: Masquerade and SNAT, and Static and NPTv6 from the side
// From. Exempt is in both, and what it matches as it arrives is asked no further
// there.
type NAT struct {
	Name        string
	Type        NATType
	From, To    Zones // To is ignored by DNAT; of Static and NPTv6 one side each
	Family      Family
	Source      []Address // of Static and NPTv6: one range, the real hosts
	Destination []Address // of Static and NPTv6: whom they are translated for
	Service     []Service // empty for Static and NPTv6

	// Targets is where a DNAT leads, not empty: to one of them, the same for all
	// sessions of a source. They are of one family.
	Targets []Target
	// External are the addresses that an SNAT takes, of any family; sources of
	// others it leaves alone. Of Static and NPTv6 it is one range, as large as
	// Source, and of NPTv6 both are prefixes of the same length, at most 64.
	External []AddrRange
	Lending  Lending // of Masquerade and SNAT
	// NoHairpin keeps hosts of the inside from coming to a target of a DNAT,
	// Static or NPTv6 from the outside by its external address.
	NoHairpin bool
}

// isOneToOne reports whether n translates whole addresses, either way.
func (n *NAT) isOneToOne() bool { return n.Type == Static || n.Type == NPTv6 }

// Target is a host that a DNAT leads to. Ports may be zero, and the port is kept;
// one, and it becomes that; or as many as the NAT's Service, which is then one
// range of ports for each protocol, the same for all, and it becomes the one in
// its place.
type Target struct {
	Addr  netip.Addr
	Ports netstack.PortRange
}

// Filtering is who may answer to a mapping (RFC 4787 5).
type Filtering uint8

const (
	FilterAddressAndPort Filtering = iota // whom it spoke to alone
	FilterAddress                         // any port of whom it spoke to
	FilterNothing                         // everybody
)

// Lending is how external endpoints are lent, as in netstack.Pool.
type Lending struct {
	Ports      []netstack.PortRange // that may be lent; empty: all
	Mapping    netstack.Dependence
	Filtering  Filtering
	Choice     netstack.PortChoice
	NoParity   bool
	Contiguous bool
	Unpaired   bool
	Quota      uint32
	QuietSYN   bool
}
