package policy

import (
	"net/netip"

	"sallyport/netstack"
)

// meeting is a packet where it is looked at: destination and port may be
// translated, and out is not known at first.
type meeting struct {
	p        *netstack.Packet
	in       netstack.Side
	src, dst netip.Addr
	dstPort  uint16
	to       Zones // 0: not known yet
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
