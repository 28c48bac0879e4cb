package policy

import (
	"errors"

	"sallyport/netstack"
)

// terrain is what is known of packets' ways before the box is: which addresses
// are inside, perhaps, but not which are its own.
type terrain struct {
	foreign, own clauses // what lists mean of other addresses, and of its own
	parts        partition
	inside       addrSet                 // as far as it is known
	places       [netstack.Sides]addrSet // where an address that is not its own can be
	ways         []way                   // of what the rules see
	arrivals     []way                   // of what dnat sees: where it goes untranslated
}

// way is one way that packets take, with the addresses that they can have.
type way struct {
	scope    scope
	src, dst addrSet
	own      bool // dst is the box's own
}

var versions = map[scope]addrSet{
	scopeIPv4: {allIPv4},
	scopeIPv6: addrSet{everything}.minus(addrSet{allIPv4}),
}

func newTerrain(t Topology, nat []NAT) (*terrain, error) {
	inside, err := insideNetworks(t)
	all := addrSet{everything}
	m := &terrain{own: clauses{own: all}, parts: partition{}, inside: inside}
	outside := union(append(all.minus(inside), sharedNetworks(nat, inside)...))
	m.places = [...]addrSet{netstack.Inside: inside, netstack.Outside: outside}
	if len(t.Sides[netstack.Inside].Networks) == 0 {
		m.places = [...]addrSet{netstack.Inside: all, netstack.Outside: all}
	}
	for from := range netstack.Side(netstack.Sides) {
		for _, version := range []scope{scopeIPv4, scopeIPv6} {
			m.addWays(from, version)
		}
	}
	return m, err
}

func (m *terrain) addWays(side netstack.Side, version scope) {
	src, dst, start := m.places[side].and(versions[version]), versions[version], from(1<<side)|version
	self := way{start | to(ToSelf), src, dst, true}
	m.arrivals, m.ways = append(m.arrivals, self), append(m.ways, self)
	for out := range netstack.Side(netstack.Sides) {
		w := way{start | to(1<<out), src, dst.and(m.places[out]), false}
		m.arrivals = append(m.arrivals, w)
		if side != netstack.Outside || out != netstack.Outside {
			m.ways = append(m.ways, w)
		}
	}
}

// region returns the packets of any of ways that c wants.
func (m *terrain) region(c clause, ways []way) (r region, err error) {
	foreign, err := m.foreign.compile(c)
	own, ownErr := m.own.compile(c)
	for _, w := range ways {
		dst := foreign.dst
		if w.own {
			dst = own.dst
		}
		if w.scope&^foreign.scope == 0 {
			r = append(r, m.extents(w, foreign, dst)...)
		}
	}
	return r, errors.Join(err, ownErr)
}

func (m *terrain) extents(w way, c condition, dst addrSet) (r region) {
	src, dst := c.src.and(w.src), dst.and(w.dst)
	for _, p := range m.parts.of(c.services) {
		e := extent{scopeSet(w.scope), p.what, p.srcPort, src, dst}
		if !e.empty() {
			r = append(r, e)
		}
	}
	return r
}

func scopeSet(s scope) addrSet { return addrSet{numbers(uint64(s), uint64(s))} }
