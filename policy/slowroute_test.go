package policy

import (
	"net/netip"

	"sallyport/netstack"
)

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

// routed reports whether a packet that arrives on its side can leave by out.
func (s slow) routed(m meeting, out netstack.Side) bool {
	return s.forwards(m.in, m.src) && (out == netstack.Self || s.forwards(out, m.src)) &&
		(m.in != netstack.Outside || out != netstack.Outside)
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
