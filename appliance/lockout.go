package appliance

import (
	"net/netip"

	"sallyport/appliance/doctor"
	"sallyport/appliance/plumbing"
	"sallyport/conf"
	"sallyport/netstack"
)

// Lockout returns a line for each login session to this machine that a run
// with these settings would cut off: one that comes in through a steered
// interface and that no rule to self lets in.
func Lockout(s *conf.Settings) ([]string, error) {
	now, _ := s.At(wallClock())
	spec, err := plumbingSpec(now)
	if err != nil {
		return nil, err
	}
	return doctor.Lockout(interfaces(spec), func(l doctor.Login) bool { return admits(spec, l) }), nil
}

// interfaces are those that are steered.
func interfaces(spec plumbing.Spec) (names []string) {
	for _, side := range spec.Sides {
		if !side.Bare {
			names = append(names, side.Interface)
		}
	}
	return names
}

// admits says what the first rule to self that a login session matches says.
func admits(spec plumbing.Spec, l doctor.Login) bool {
	for _, s := range spec.Self {
		if spec.Sides[s.From].Interface == l.Interface && matches(s.Service, l) {
			return s.Accept
		}
	}
	return false
}

func matches(s plumbing.Service, l doctor.Login) bool {
	return s.Protocol == netstack.TCP && s.Ports.Contains(l.To.Port()) &&
		(s.Sources == netstack.PortRange{} || s.Sources.Contains(l.From.Port())) &&
		holds(s.Source, l.From.Addr()) && holds(s.Destination, l.To.Addr()) &&
		(l.To.Addr().Is4() && s.IPv4 || l.To.Addr().Is6() && s.IPv6)
}

// holds reports whether a is in p, or p says nothing.
func holds(p netip.Prefix, a netip.Addr) bool { return !p.IsValid() || p.Contains(a) }
