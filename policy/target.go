package policy

import (
	"errors"
	"fmt"

	"sallyport/netstack"
)

// target is what follows from a DNAT, a Static or an NPTv6 for a packet sent to
// an external address; of an Exempt nothing does.
type target struct {
	number uint16 // in Translation.DstRule
	exempt bool
	hosts  []host    // of a DNAT
	whole  *oneToOne // of a Static or an NPTv6
	// external is where hosts of the inside may come to it from the inside, by
	// hairpinning.
	external addrSet
}

// host is one of the hosts that a DNAT leads to.
type host struct {
	addr netstack.Addr
	// port is what a packet's becomes that is sent to base, or to anything if base
	// is 0; 0: it is kept.
	port, base uint16
}

// addDNAT narrows the condition to the targets' IP version: translation does not
// change it.
func (d *draft) addDNAT(n NAT, c condition, number uint16) error {
	t := target{number: number}
	version := scope(0)
	for _, to := range n.Targets {
		if !plain(to.Addr) {
			return fmt.Errorf("target %v is not a plain address", to.Addr)
		}
		h, err := hostOf(to, n.Service)
		if err != nil {
			return err
		}
		t.hosts = append(t.hosts, h)
		version |= versionOf(to.Addr)
	}
	if version != scopeIPv4 && version != scopeIPv6 {
		return errors.New("its targets are not of one family")
	}
	c.scope = c.scope&^family(AnyFamily) | c.scope&version | to(AnyZone)
	d.addTarget(row{c, n.Source, n.Destination}, t, n.NoHairpin)
	return nil
}

func hostOf(t Target, list []Service) (h host, err error) {
	h = host{addr: netstack.AddrFrom(t.Addr), port: t.Ports.First}
	if t.Ports.First == t.Ports.Last {
		return h, nil
	}
	for _, s := range list {
		if s.Negate {
			continue
		}
		if s.Destination.Last-s.Destination.First != t.Ports.Last-t.Ports.First || s.Destination.First == 0 || h.base != 0 && h.base != s.Destination.First {
			return h, fmt.Errorf("target ports %d-%d are not as many as those of the service", t.Ports.First, t.Ports.Last)
		}
		h.base = s.Destination.First
	}
	return h, nil
}

// addInward files the way of packets sent to the external addresses of n, a
// Static or an NPTv6 with condition c.
func (d *draft) addInward(n NAT, c condition, m *oneToOne, number uint16) {
	c.scope = from(n.To) | to(AnyZone) | c.scope&family(AnyFamily)
	c.src, c.dst = c.dst, addrSet{m.external}
	d.addTarget(row{c, n.Destination, []Address{{Range: n.External[0]}}}, target{number: number, whole: m}, n.NoHairpin)
}

// row is a condition of what destinations are translated, and the lists that its
// addresses were written as.
type row struct {
	condition
	source, destination []Address
}

// addTarget files what follows from a row, and how hosts of the inside meet it.
func (d *draft) addTarget(r row, t target, noHairpin bool) {
	if !noHairpin && d.turns(&r, &t) {
		d.addHairpin(r, &t)
	}
	d.dnat = append(d.dnat, r.condition)
	d.targets = append(d.targets, t)
}

// sendTo translates g's destination; not ok if it has no translation.
func (t *target) sendTo(b *box, g *passage) (ok bool) {
	q, n := &g.real, &g.translation
	n.DstRule = t.number
	g.turned = g.in == netstack.Inside && t.external.contains(q.dst)
	if t.whole != nil {
		n.Dst, ok = t.whole.inward(q.dst)
		q.dst, g.out = n.Dst, b.sideOf(n.Dst, t.whole.side)
		return ok
	}
	h := choose(t.hosts, q.src)
	n.Dst, q.dst = h.addr, h.addr
	if h.port != 0 && q.proto.HasPorts() {
		n.DstPort = h.translate(q.dstPort)
		q.dstPort = n.DstPort
	}
	g.out = b.sideOf(h.addr, g.across())
	return true
}

// across is the other side than g came from, as its receiver sees it.
func (g *passage) across() netstack.Side {
	if g.turned {
		return netstack.Inside
	}
	return g.in.Opposite()
}

func (h *host) translate(port uint16) uint16 {
	if h.base == 0 {
		return h.port
	}
	return h.port + port - h.base
}

// choose returns one of the hosts, the same for each session of a source; if
// another goes or comes, few sources move (the highest random weight wins).
func choose(hosts []host, source netstack.Addr) *host {
	best, most := &hosts[0], uint64(0)
	for i := range hosts {
		if w := weight(hosts[i].addr, source); len(hosts) > 1 && w > most {
			best, most = &hosts[i], w
		}
	}
	return best
}

// weight is a number that two addresses have in common and that looks random.
func weight(a, b netstack.Addr) uint64 {
	w := uint64(0)
	for _, part := range [...]uint64{a.Hi, a.Lo, b.Hi, b.Lo} {
		w = (w ^ part) * 0x9e3779b97f4a7c15
		w ^= w >> 32
	}
	return w * 0x9e3779b97f4a7c15
}
