package appliance

import (
	"sallyport/appliance/doctor"
	"sallyport/appliance/plumbing"
	"sallyport/conf"
	"sallyport/netstack"
)

// Lockout returns a line for each login session to this machine that a run
// with these settings would cut off: one that comes in through a steered
// interface and that no rule to self lets in.
func Lockout(s *conf.Settings) ([]string, error) {
	spec, err := plumbingSpec(s)
	if err != nil {
		return nil, err
	}
	var interfaces []string
	for _, side := range spec.Sides {
		if !side.Bare {
			interfaces = append(interfaces, side.Interface)
		}
	}
	return doctor.Lockout(interfaces, func(port uint16) bool { return letsIn(spec, port) }), nil
}

// letsIn reports whether anybody may reach a TCP port of the box, on each side.
func letsIn(spec plumbing.Spec, port uint16) bool {
	return letsInFrom(spec, netstack.Inside, port) && letsInFrom(spec, netstack.Outside, port)
}

func letsInFrom(spec plumbing.Spec, side netstack.Side, port uint16) bool {
	for _, s := range spec.Self {
		if s.From == side && s.Protocol == netstack.TCP && s.Ports.Contains(port) {
			return s.Accept
		}
	}
	return false
}
