package state

import (
	"math"
	"math/bits"

	"sallyport/netstack"
)

// farthest is how many addresses of a pool are gone through for one with a port
// to lend, from a random one on; those of a pool that is no larger are all seen.
const farthest = 256

// tracksHosts reports whether p asks to know what each inside host has.
func tracksHosts(p *netstack.Pool) bool { return p.Quota > 0 || !p.Unpaired && manyAddresses(p) }

func manyAddresses(p *netstack.Pool) bool {
	return len(p.Parts) > 1 || p.Parts[0].First != p.Parts[0].Last
}

// addresses returns how many addresses a part has, at most 2^64-1.
func addresses(part *netstack.PoolPart) uint64 {
	low, borrow := bits.Sub64(part.Last.Lo, part.First.Lo, 0)
	high, _ := bits.Sub64(part.Last.Hi, part.First.Hi, borrow)
	if high != 0 || low == math.MaxUint64 {
		return math.MaxUint64
	}
	return low + 1
}

// allAddresses returns how many addresses of a family p has, at most 2^64-1.
func allAddresses(p *netstack.Pool, v4 bool) (n uint64) {
	for i := range p.Parts {
		if part := &p.Parts[i]; part.First.Is4() == v4 {
			sum, carry := bits.Add64(n, addresses(part), 0)
			n = max(sum, -carry) // all ones if it went over
		}
	}
	return n
}

// nthAddress returns the i-th of the addresses that allAddresses counts, and the
// ports that may be used on it.
func nthAddress(p *netstack.Pool, v4 bool, i uint64) (netstack.Addr, []netstack.PortRange) {
	for k := range p.Parts {
		part := &p.Parts[k]
		if part.First.Is4() != v4 {
			continue
		}
		if n := addresses(part); i >= n {
			i -= n
			continue
		}
		low, carry := bits.Add64(part.First.Lo, i, 0)
		return netstack.Addr{Hi: part.First.Hi + carry, Lo: low}, part.Ports
	}
	panic("state: address index out of range")
}

// choose offers the addresses of p to offer, until it takes one, and reports
// whether it did: first the one that the host has, if it has one (RFC 4787 REQ-2,
// for all protocols: RFC 7857 4); then the one of two random ones that less is
// lent of; then one after the other. So a host whose address has no port left
// gets another one rather than none.
func (m *mappings) choose(k *netstack.FlowKey, p *netstack.Pool, offer func(netstack.Addr, []netstack.PortRange) bool) bool {
	v4 := k.Src.Is4()
	n := allAddresses(p, v4)
	if n <= 1 {
		return n == 1 && offer(nthAddress(p, v4, 0))
	}
	if !p.Unpaired {
		if r := m.hosts.find(k.Src, k.In); r != 0 {
			had := m.hosts.records.at(r).external
			if ports, ok := portsOf(p, had); ok && offer(had, ports) {
				return true
			}
		}
	}
	if offer(m.lessUsed(k, p, n)) {
		return true
	}
	i := m.random.Uint64N(n)
	for range min(n, farthest) {
		if offer(nthAddress(p, v4, i)) {
			return true
		}
		if i++; i == n {
			i = 0
		}
	}
	return false
}

// lessUsed returns the one of two random addresses of p that has less ports of
// k's protocol lent: hosts spread over a pool nearly evenly by that alone.
func (m *mappings) lessUsed(k *netstack.FlowKey, p *netstack.Pool, n uint64) (netstack.Addr, []netstack.PortRange) {
	a, aPorts := nthAddress(p, k.Src.Is4(), m.random.Uint64N(n))
	b, bPorts := nthAddress(p, k.Src.Is4(), m.random.Uint64N(n))
	if m.lent(b, k.Proto) < m.lent(a, k.Proto) {
		return b, bPorts
	}
	return a, aPorts
}

func (m *mappings) lent(a netstack.Addr, proto netstack.Protocol) uint32 {
	if r := m.spaces.find(a, proto); r != 0 {
		return m.spaces.records.at(r).used
	}
	return 0
}

// portsOf returns the ports of an address of p; false if it is none.
func portsOf(p *netstack.Pool, a netstack.Addr) ([]netstack.PortRange, bool) {
	for i := range p.Parts {
		if part := &p.Parts[i]; part.First.Compare(a) <= 0 && a.Compare(part.Last) <= 0 {
			return part.Ports, true
		}
	}
	return nil, false
}
