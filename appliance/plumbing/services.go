package plumbing

import (
	"net/netip"
	"slices"

	"go4.org/netipx"

	"sallyport/netstack"
)

// services: the box's own ports, reached from side. A packet to a socket of the
// box must not pass the firewall (early demultiplexing), so who may reach which
// port is said here, in the policy's order.
func (p *planner) services(side netstack.Side) []rule {
	if !p.open(side) {
		return nil
	}
	b := serviceBlock{p: p, side: side}
	b.answeredFor()
	for _, s := range p.spec.Steered {
		b.add(s, steerTable(side))
	}
	for _, s := range p.spec.Self {
		b.self(s)
	}
	b.clients(netstack.TCP)
	b.clients(netstack.UDP)
	return b.rules
}

type serviceBlock struct {
	p     *planner
	side  netstack.Side
	rules []rule
	done  [256]bool // protocols whose clients rule is made
}

// answeredFor: the kernel takes anycast addresses for its own, see anycast, but
// whatever they are asked is the firewall's.
func (b *serviceBlock) answeredFor() {
	if b.p.family != ipv6 {
		return
	}
	l := b.p.links[b.side]
	for _, spare := range withoutAddresses(onLink(l, b.p.spec.Sides[b.side].External), l.Addresses) {
		b.rules = append(b.rules, rule{iif: b.p.spec.Sides[b.side].Interface, to: spare, table: steerTable(b.side)})
	}
}

// onLink returns those of external that are IPv6 and part of a network on the
// link.
func onLink(l Link, external []netip.Prefix) (on []netip.Prefix) {
	for _, e := range external {
		if e.Addr().Is6() && slices.ContainsFunc(l.OnLink, func(n netip.Prefix) bool { return n.Bits() < e.Bits() && n.Contains(e.Addr()) }) {
			on = append(on, e)
		}
	}
	return on
}

// withoutAddresses takes the addresses of some prefixes out of others.
func withoutAddresses(list, out []netip.Prefix) []netip.Prefix {
	var b netipx.IPSetBuilder
	for _, p := range list {
		b.AddPrefix(p)
	}
	for _, p := range out {
		b.Remove(p.Addr())
	}
	set, err := b.IPSet()
	if err != nil {
		return nil // of prefixes that are none
	}
	return set.Prefixes()
}

// self adds what the policy says of one service. A refusal wider than the
// ephemeral range, or across its edge, is about the box in general and must not
// cut off the box's own connections; one within the range is about a service
// that lives there, and holds.
func (b *serviceBlock) self(s SelfService) {
	if s.From != b.side || !s.in(b.p.family) {
		return
	}
	if s.Accept {
		b.add(s.Service, localTable)
		return
	}
	if s.overlaps(b.p.ephemeral) && !s.within(b.p.ephemeral) {
		b.clients(s.Protocol)
	}
	b.add(s.Service, steerTable(b.side))
}

// clients adds the rule for the box's own connections of a protocol, once.
func (b *serviceBlock) clients(proto netstack.Protocol) {
	if b.done[proto] || proto != netstack.TCP && proto != netstack.UDP {
		return
	}
	b.done[proto] = true
	b.rules = append(b.rules, rule{
		iif: b.p.spec.Sides[b.side].Interface, proto: proto, dport: b.p.ephemeral, table: localTable,
	})
}

func (b *serviceBlock) add(s Service, table int) {
	if s.From != b.side || !s.in(b.p.family) {
		return
	}
	b.rules = append(b.rules, rule{
		iif: b.p.spec.Sides[b.side].Interface, from: narrowing(s.Source), to: narrowing(s.Destination),
		proto: s.Protocol, sport: matchable(s.Sources), dport: matchable(s.Ports), table: table,
	})
}

// narrowing returns p as a rule wants it: without host bits, and nothing if it
// holds every address.
func narrowing(p netip.Prefix) netip.Prefix {
	if p.Bits() <= 0 {
		return netip.Prefix{}
	}
	return p.Masked()
}

// overlaps reports whether s takes any port of r.
func (s Service) overlaps(r netstack.PortRange) bool {
	return s.Ports == netstack.PortRange{} || s.Ports.First <= r.Last && r.First <= s.Ports.Last
}

// within reports whether s lies in r and leaves some of it out.
func (s Service) within(r netstack.PortRange) bool {
	inside := r.First <= s.Ports.First && s.Ports.Last <= r.Last
	return inside && s.Ports != r
}

// matchable is what of a range the kernel's rules can say: all ports by saying
// nothing, and never port 65535 by itself (fib_rule_port_range_valid); that one
// goes to the firewall.
func matchable(r netstack.PortRange) netstack.PortRange {
	switch {
	case r.First <= 1 && r.Last == 65535:
		return netstack.PortRange{}
	case r.Last == 65535:
		r.Last, r.First = 65534, min(r.First, 65534)
	}
	return r
}
