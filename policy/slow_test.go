package policy

import (
	"net/netip"
	"slices"

	"sallyport/netstack"
)

// slow judges packets straight from what was written, with the standard
// library's addresses and no preparation: the obviously right twin of RuleSet.
type slow struct {
	spec Spec
	box  Topology
}

// meeting is a packet where it is looked at: destination and port may be
// translated, and out is not known at first.
type meeting struct {
	p        *netstack.Packet
	in       netstack.Side
	src, dst netip.Addr
	dstPort  uint16
	to       Zones // 0: not known yet
}

func (s slow) evaluate(p *netstack.Packet) Decision {
	sent := meeting{p: p, in: p.Flow.In, src: p.Flow.Src.Netip(), dst: p.Flow.Dst.Netip(), dstPort: p.Flow.DstPort}
	sent.to = 1 << s.sideOf(sent.dst, sent.in)
	m, d, turned, ok := s.led(sent)
	m.to = 1 << d.Out
	switch {
	case !s.routed(m, d.Out):
		return Decision{Reason: netstack.NoRoute, Rule: DefaultRule, Out: d.Out}
	case !ok, d.Out == netstack.Self && d.Translation.DstRule != 0:
		return Decision{Reason: netstack.Untranslatable, Rule: DefaultRule, Out: d.Out}
	}
	turned = turned && d.Out == netstack.Inside
	source, ok := s.sourceOf(m, sent, turned, d.Out)
	d.Reason = netstack.Policy
	for i, r := range s.spec.Rules {
		if s.rule(r, m) || turned && s.rule(r, s.seen(m, source)) {
			d.Verdict, d.Rule, d.Log, d.Limit = r.Action, uint32(i), r.Log, r.Limit
			break
		}
	}
	if d.Verdict != netstack.Pass {
		return d
	}
	d.Reason = netstack.ReasonNone
	d.Translation.SrcRule, d.Translation.Pool, d.Translation.Src = source.SrcRule, source.Pool, source.Src
	if !ok {
		d.Verdict, d.Reason = netstack.Drop, netstack.Untranslatable
	}
	return d
}

// led is what was sent where a translation leads it, and whether it turns round
// there; not ok if there is nothing to lead it to. What would turn round and
// cannot goes on as it was sent.
func (s slow) led(sent meeting) (m meeting, d Decision, turned, ok bool) {
	stays := Decision{Rule: DefaultRule, Out: s.sideOf(sent.dst, sent.in)}
	i := slices.IndexFunc(s.spec.NAT, func(n NAT) bool { return s.inward(n, sent) })
	direct := i >= 0
	if !direct {
		i = slices.IndexFunc(s.spec.NAT, func(n NAT) bool { return s.hairpins(n, sent) })
	}
	if i < 0 || s.spec.NAT[i].Type == Exempt {
		return sent, stays, false, true
	}
	m, d, turned = sent, stays, !direct || s.hairpins(s.spec.NAT[i], sent)
	ok = s.lead(s.spec.NAT[i], &m, turned, &d)
	if d.Translation.DstRule = uint16(i + 1); !direct && d.Out != netstack.Inside {
		return sent, stays, false, true
	}
	return m, d, turned, ok
}

// routed reports whether a packet that arrives on its side can leave by out.
func (s slow) routed(m meeting, out netstack.Side) bool {
	return s.forwards(m.in, m.src) && (out == netstack.Self || s.forwards(out, m.src)) &&
		(m.in != netstack.Outside || out != netstack.Outside)
}

// sourceOf is the source that m leaves with. What turns round and has no
// translation for the inside has that of what was sent, for the outside.
func (s slow) sourceOf(m, sent meeting, turned bool, out netstack.Side) (netstack.Translation, bool) {
	if out == netstack.Self {
		return netstack.Translation{}, true
	}
	j := s.outward(m)
	if turned && j < 0 {
		sent.to = 1 << netstack.Outside
		return s.source(s.outward(sent), sent, netstack.Outside)
	}
	return s.source(j, m, out)
}

func (s slow) rule(r Rule, m meeting) bool {
	return !r.Off && s.meets(m, r.From, r.To, r.Family, r.Source, r.Destination, r.Service)
}

func (s slow) meets(m meeting, from, to Zones, f Family, source, destination []Address, service []Service) bool {
	return from.Has(m.in) && m.to&^to == 0 && m.of(f) &&
		s.listed(source, m.src) && s.listed(destination, m.dst) && m.serves(service)
}

func (s slow) listed(list []Address, a netip.Addr) bool {
	positive, in := false, false
	for _, e := range list {
		if e.Negate && s.holds(e, a) {
			return false
		}
		positive = positive || !e.Negate
		in = in || !e.Negate && s.holds(e, a)
	}
	return in || !positive
}

func (s slow) holds(e Address, a netip.Addr) bool {
	if e.Self {
		return s.own(a)
	}
	return a.Is4() == e.Range.First.Is4() && a.Compare(e.Range.First) >= 0 && a.Compare(e.Range.Last) <= 0
}

func (m meeting) of(f Family) bool { return f == AnyFamily || (f == IPv4) == m.src.Is4() }

func (m meeting) serves(list []Service) bool {
	positive, in := false, false
	for _, s := range list {
		if s.Negate && m.served(s) {
			return false
		}
		positive = positive || !s.Negate
		in = in || !s.Negate && m.served(s)
	}
	return in || !positive
}

func (m meeting) served(s Service) bool {
	if s.AnyProtocol {
		return true
	}
	if s.Protocol != m.p.Flow.Proto {
		return false
	}
	if s.ICMP {
		return s.Type == m.p.ICMPType && (s.Code < 0 || uint8(s.Code) == m.p.ICMPCode)
	}
	none := netstack.PortRange{}
	return (s.Source == none || s.Source.Contains(m.p.Flow.SrcPort)) && (s.Destination == none || s.Destination.Contains(m.dstPort))
}

func (s slow) own(a netip.Addr) bool {
	for _, side := range s.box.Sides {
		for _, o := range side.Own {
			if o == a {
				return true
			}
		}
	}
	return false
}

// sideOf compares the longest prefix of either side.
func (s slow) sideOf(a netip.Addr, in netstack.Side) netstack.Side {
	switch {
	case s.own(a):
		return netstack.Self
	case s.insides(a) && !(in == netstack.Outside && s.shares(a)):
		return netstack.Inside
	}
	return netstack.Outside
}

// insides reports whether one of the inside's networks holds a, own or not.
func (s slow) insides(a netip.Addr) bool {
	var longest [netstack.Sides]int
	for i, side := range s.box.Sides {
		longest[i] = -1
		for _, p := range side.Networks {
			if p.Contains(a) {
				longest[i] = max(longest[i], p.Bits())
			}
		}
	}
	in := longest[netstack.Inside]
	return in >= 0 && in >= longest[netstack.Outside]
}

func (s slow) forwards(side netstack.Side, a netip.Addr) bool {
	if a.Is4() {
		return s.box.Sides[side].IPv4
	}
	return s.box.Sides[side].IPv6
}

func (s slow) ownGlobal(side netstack.Side, v4 bool) (netip.Addr, bool) {
	for _, a := range s.box.Sides[side].Own {
		if a.Is4() == v4 && a.IsGlobalUnicast() {
			return a, true
		}
	}
	return netip.Addr{}, false
}

func (s slow) admissible(p *netstack.Packet) netstack.Reason {
	src, dst := p.Flow.Src.Netip(), p.Flow.Dst.Netip()
	inside := s.sideOf(src, p.Flow.In) == netstack.Inside
	switch {
	case s.own(src) && !(p.ICMP == netstack.ICMPError && s.own(dst)):
		return netstack.Spoofed
	case p.Flow.In == netstack.Outside && inside:
		return netstack.Spoofed
	case p.Flow.In == netstack.Inside && !inside && !s.own(src) && len(s.box.Sides[netstack.Inside].Networks) > 0:
		return netstack.Spoofed
	}
	out := s.sideOf(dst, p.Flow.In)
	if !s.forwards(p.Flow.In, src) || out != netstack.Self && !s.forwards(out, src) {
		return netstack.NoRoute
	}
	return netstack.ReasonNone
}
