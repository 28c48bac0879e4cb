package policy

import (
	"cmp"
	"net/netip"
	"slices"

	"sallyport/netstack"
)

// inward reports whether n has a say about where m, as it arrives, goes.
func (s slow) inward(n NAT, m meeting) bool {
	switch n.Type {
	case DNAT:
		return n.Targets[0].Addr.Is4() == m.src.Is4() && s.meets(m, n.From, AnyZone, n.Family, n.Source, n.Destination, n.Service)
	case Static, NPTv6:
		return n.To.Has(m.in) && m.of(n.Family) && s.listed(n.Destination, m.src) && within(n.External[0], m.dst)
	case Exempt:
		return s.meets(m, n.From, n.To, n.Family, n.Source, n.Destination, n.Service)
	}
	return false
}

// hairpins reports whether n has a say about where m, from the inside, goes
// because its like from the outside would be led inside: sent to an address of
// the outside, its own or one that n names.
func (s slow) hairpins(n NAT, m meeting) bool {
	comes, strangers, asked, leads := n.From, n.Source, n.Destination, n.Type == Exempt
	switch n.Type {
	case DNAT:
		leads = n.Targets[0].Addr.Is4() == m.src.Is4() && slices.ContainsFunc(n.Targets, func(t Target) bool {
			return s.sideOf(t.Addr, netstack.Inside) == netstack.Inside
		})
	case Static, NPTv6:
		comes, strangers, asked, leads = n.To, n.Destination, []Address{{Range: n.External[0]}}, n.From == FromInside
	case Exempt:
		leads = m.to&^n.To == 0
	}
	switch {
	case !leads || n.NoHairpin || !comes.Has(netstack.Outside) || m.in != netstack.Inside,
		slices.ContainsFunc(strangers, func(a Address) bool { return !a.Negate }),
		!m.of(n.Family) || !m.serves(n.Service) || !s.listed(asked, m.dst):
		return false
	case s.own(m.dst):
		return !slices.Contains(s.box.Sides[netstack.Inside].Own, m.dst)
	}
	return !s.insides(m.dst) && slices.ContainsFunc(asked, func(a Address) bool {
		return !a.Self && !a.Negate && s.holds(a, m.dst) && !(a.Range.First.IsUnspecified() && a.Range.Last == lastOf(netip.PrefixFrom(a.Range.First, 0)))
	})
}

// lead makes m what it is where n leads it; false if it cannot be.
func (s slow) lead(n NAT, m *meeting, turned bool, d *Decision) (ok bool) {
	if n.Type == DNAT {
		s.forward(n, m, turned, d)
		ok = true
	} else {
		m.dst, ok = translated(n, m.dst, n.External[0].First, n.Source[0].Range.First)
		side := netstack.Outside
		if n.From == FromInside {
			side = netstack.Inside
		}
		d.Out = s.sideOf(m.dst, side)
	}
	d.Translation.Dst = netstack.AddrFrom(m.dst)
	return ok
}

// forward makes m what it is at the host that a DNAT forwards it to.
func (s slow) forward(n NAT, m *meeting, turned bool, d *Decision) {
	from := netstack.Inside
	if m.in == netstack.Inside && !turned {
		from = netstack.Outside
	}
	target := heaviest(n.Targets, m.p.Flow.Src)
	m.dst, d.Out = target.Addr, s.sideOf(target.Addr, from)
	if target.Ports.First == 0 || !m.p.Flow.Proto.HasPorts() {
		return
	}
	if target.Ports.First == target.Ports.Last {
		m.dstPort = target.Ports.First
	} else {
		m.dstPort += target.Ports.First - n.Service[0].Destination.First
	}
	d.Translation.DstPort = m.dstPort
}

// heaviest is the target that weighs most for a client.
func heaviest(targets []Target, client netstack.Addr) Target {
	return slices.MaxFunc(targets, func(a, b Target) int {
		return cmp.Compare(weight(netstack.AddrFrom(a.Addr), client), weight(netstack.AddrFrom(b.Addr), client))
	})
}

// outward returns the first translation of m's source, or -1.
func (s slow) outward(m meeting) int {
	return slices.IndexFunc(s.spec.NAT, func(n NAT) bool {
		return n.Type != DNAT && s.meets(m, n.From, n.To, n.Family, n.Source, n.Destination, n.Service) &&
			(n.Type != SNAT || slices.ContainsFunc(n.External, func(r AddrRange) bool { return r.First.Is4() == m.src.Is4() }))
	})
}

// source returns what translation i makes of m's source on the side out; not ok
// if it can make nothing.
func (s slow) source(i int, m meeting, out netstack.Side) (t netstack.Translation, ok bool) {
	if i < 0 || s.spec.NAT[i].Type == Exempt {
		return t, true
	}
	n := s.spec.NAT[i]
	t.SrcRule = uint16(i + 1)
	if n.isOneToOne() {
		a, ok := translated(n, m.src, n.Source[0].Range.First, n.External[0].First)
		if ok {
			t.Src = netstack.AddrFrom(a)
		}
		return t, ok
	}
	for _, a := range s.lendable(n, out, m.src.Is4()) {
		for _, port := range somePorts {
			if s.lends(n, out, a, port, m.p.Flow.Proto) {
				t.Pool = &netstack.Pool{Parts: []netstack.PoolPart{{First: netstack.AddrFrom(a), Last: netstack.AddrFrom(a)}}}
				return t, true
			}
		}
	}
	return t, false
}

// somePorts are next to all that dice throw.
var somePorts = []uint16{1, 2, 3, 4, 5, 6, 65533, 65534, 65535}

// lendable returns the addresses that n may lend of, ascending.
func (s slow) lendable(n NAT, out netstack.Side, v4 bool) (list []netip.Addr) {
	if n.Type == Masquerade {
		if a, ok := s.ownGlobal(out, v4); ok {
			list = append(list, a)
		}
		return list
	}
	for _, r := range n.External {
		for a := r.First; r.First.Is4() == v4 && a.IsValid() && a.Compare(r.Last) <= 0; a = a.Next() {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, netip.Addr.Compare)
	return list
}

// lends reports whether n may lend the port of an address that it has.
func (s slow) lends(n NAT, out netstack.Side, a netip.Addr, port uint16, proto netstack.Protocol) bool {
	for _, other := range s.spec.NAT {
		if n.Type == SNAT && other.isOneToOne() && other.To.Has(out) && within(other.External[0], a) && !s.own(a) {
			return false
		}
		for _, e := range other.Service {
			if !e.Negate && proto.HasPorts() && other.Type == DNAT && other.From.Has(out) && s.listed(other.Destination, a) && e.Destination.Contains(port) {
				return false
			}
		}
	}
	allowed := slices.ContainsFunc(n.Lending.Ports, func(r netstack.PortRange) bool { return r.Contains(port) })
	return !proto.HasPorts() || allowed || len(n.Lending.Ports) == 0
}

// shares reports whether a, inside, is some real host of the outside as well.
func (s slow) shares(a netip.Addr) bool {
	return slices.ContainsFunc(s.spec.NAT, func(n NAT) bool {
		return n.isOneToOne() && n.From == FromOutside && within(n.Source[0].Range, a)
	})
}

// seen returns m, whose source is translated by t, as its receiver sees it.
func (s slow) seen(m meeting, t netstack.Translation) meeting {
	external := t.Src.Netip()
	if t.Pool != nil {
		external = t.Pool.Parts[0].First.Netip()
	}
	if external.IsValid() && !s.insides(external) {
		m.in, m.src = netstack.Outside, external
	}
	return m
}
