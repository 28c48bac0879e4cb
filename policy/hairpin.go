package policy

import (
	"slices"

	"sallyport/netstack"
)

// Hairpinning (RFC 4787 REQ-9): a host of the inside speaks to an external
// address that leads back inside. The packet turns round here, but is treated as
// if it had left by the outside and come back: its source is translated as on the
// way out, so that the receiver sees the external endpoint and its answers come
// back through the firewall. What decides is the first rule that matches it as
// what it is, from inside to inside, or as what its receiver sees: from the
// outside, from that external address. So what the world may reach, the inside
// may too, without rules of its own.

// hairpins are the DNATs of the outside, as hosts of the inside meet them.
type hairpins struct {
	classifier
	targets []int // in RuleSet.targets
}

func (h *hairpins) first(q *query) int {
	if i := h.classifier.first(q); i != none {
		return h.targets[i]
	}
	return none
}

// turns reports whether hosts of the inside may come to t by the external
// addresses of r: anybody may from the outside, and it is inside. Where sources
// are named they may not, as they would come from none of them.
func (d *draft) turns(r *row, t *target) bool {
	return r.scope&from(FromOutside) != 0 && !hasPositive(r.source) && (t.exempt || t.isInside(&d.box))
}

// isInside reports whether some of what t leads to is inside.
func (t *target) isInside(b *box) bool {
	if t.whole != nil {
		return t.whole.side == netstack.Inside
	}
	return slices.ContainsFunc(t.hosts, func(h host) bool { return b.sideOf(h.addr, netstack.Inside) == netstack.Inside })
}

// addHairpin files r, which turns, for packets from the inside. It is before t.
func (d *draft) addHairpin(r row, t *target) {
	t.external = d.box.external(r.destination, r.dst)
	r.scope = r.scope&^from(AnyZone) | from(FromInside)
	r.src, r.dst = addrSet{everything}, t.external
	d.turned = append(d.turned, r.condition)
	d.hairpins.targets = append(d.hairpins.targets, len(d.targets))
}

// external returns what of dst, which list was compiled to, is the outside's:
// its own addresses, and of others those that the list names, so that a DNAT of
// everything does not catch what the inside sends to the world.
func (b *box) external(list []Address, dst addrSet) addrSet {
	own := dst.and(b.ownOf[netstack.Outside]).minus(b.ownOf[netstack.Inside])
	var said []addrRange
	for _, a := range list {
		if !a.Negate && !a.Self && !a.Range.isFamily() {
			said = append(said, addrRange{netstack.AddrFrom(a.Range.First), netstack.AddrFrom(a.Range.Last)})
		}
	}
	others := dst.and(union(said)).minus(b.own).minus(b.inside)
	return union(append(others, own...))
}

// isFamily reports whether r is a whole family, whose "addresses" are none in
// particular.
func (r AddrRange) isFamily() bool {
	first, last := addrRange{netstack.AddrFrom(r.First), netstack.AddrFrom(r.Last)}, everything
	return first == allIPv4 || first == last
}

// turn decides about a packet that goes back to the inside, where it came from.
// A source translation of what goes from inside to inside has precedence.
func (rs *RuleSet) turn(g *passage) (d Decision) {
	source := unopposed
	if i := rs.snat.first(&g.real); i != none {
		rs.translateSource(i, netstack.Inside, &g.real, &source)
	} else {
		leaving := g.arrived
		leaving.goesTo(netstack.Outside)
		rs.translateSource(rs.snat.first(&leaving), netstack.Outside, &leaving, &source)
	}
	if g.unasked {
		d = *g.otherwise
	} else {
		rs.outcome(rs.firstEitherWay(&g.real, &source.Translation), g.otherwise, &d)
	}
	d.Out, d.Translation = netstack.Inside, g.translation
	if d.Verdict == netstack.Pass {
		d.Verdict, d.Reason = source.Verdict, source.Reason
		d.Translation.Src, d.Translation.Pool = source.Translation.Src, source.Translation.Pool
		d.Translation.SrcRule = source.Translation.SrcRule
	}
	return d
}

// firstEitherWay returns the first rule that matches the hairpinned packet q as
// what it is, or as what its receiver sees, if that can come from the outside.
func (rs *RuleSet) firstEitherWay(q *query, source *netstack.Translation) int {
	is := rs.rules.first(q)
	external, ok := rs.externalOf(source)
	if !ok {
		return is
	}
	seen := *q
	seen.scope, seen.src = q.scope&^from(AnyZone)|from(FromOutside), external
	seems := rs.rules.first(&seen)
	if is == none || seems != none && seems < is {
		return seems
	}
	return is
}

// externalOf returns an address that t gives the source, if it can be one of the
// outside. Of a pool it is the first: which it will be is not known yet.
func (rs *RuleSet) externalOf(t *netstack.Translation) (a netstack.Addr, ok bool) {
	a = t.Src
	if t.Pool != nil {
		a = t.Pool.Parts[0].First
	}
	return a, t.TranslatesSource() && !rs.box.inside.contains(a)
}
