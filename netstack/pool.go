package netstack

import "slices"

// Dependence is how much of the remote end a mapping or a filter depends on
// (RFC 4787 4.1 and 5).
type Dependence uint8

const (
	EndpointIndependent Dependence = iota
	AddressDependent
	AddressAndPortDependent
)

func (d Dependence) String() string {
	return [...]string{"endpoint-independent", "address-dependent", "address-and-port-dependent"}[d]
}

// PortChoice is which external port an inside endpoint gets.
type PortChoice uint8

const (
	PreservePort   PortChoice = iota // the endpoint's own if it is free, else a random one
	RandomPort                       // RFC 7857 9
	SequentialPort                   // the next free one
)

func (c PortChoice) String() string {
	return [...]string{"preserve", "random", "sequential"}[c]
}

// Pool is where a source translation takes its external endpoints from. It is
// immutable; policy makes it, state lends from it. The ports of an address are
// shared by all pools that have it: which of them are lent is state's to know.
type Pool struct {
	Parts     []PoolPart // not empty, disjoint, ascending
	Mapping   Dependence
	Filtering Dependence
	Choice    PortChoice
	// NoParity lends an odd port for an even one as soon as for an odd one
	// (RFC 7857 8).
	NoParity bool
	// Contiguous lends port N+1 for the endpoint after one that has port N, if it
	// is free (RTP and RTCP, RFC 4787 4.2.3).
	Contiguous bool
	// Unpaired gives an inside host any external address for each new mapping,
	// and not always the same (RFC 4787 REQ-2).
	Unpaired bool
	// Quota is how many mappings an inside host may hold; 0: any number.
	Quota uint32
	// QuietSYN never answers a SYN from outside that nobody asked for (RFC 5382
	// REQ-4a); otherwise it is answered after six seconds.
	QuietSYN bool
}

// PoolPart is a range of external addresses of one family, both ends included,
// and the ports that may be used on each. ICMP's identifiers are not ports: all
// may be used.
type PoolPart struct {
	First, Last Addr
	Ports       []PortRange // ascending, disjoint, not empty, without port 0
}

// Has reports whether a is one of the pool's addresses.
func (p *Pool) Has(a Addr) bool { return p.part(a) != nil }

// Lends reports whether the pool may lend port of address a.
func (p *Pool) Lends(a Addr, port uint16) bool {
	part := p.part(a)
	return part != nil && slices.ContainsFunc(part.Ports, func(r PortRange) bool { return r.Contains(port) })
}

// part returns the part that has address a, nil if there is none.
func (p *Pool) part(a Addr) *PoolPart {
	for i := range p.Parts {
		if part := &p.Parts[i]; part.First.Compare(a) <= 0 && a.Compare(part.Last) <= 0 {
			return part
		}
	}
	return nil
}
