package plumbing

import (
	"errors"
	"fmt"
	"net/netip"

	"sallyport/netstack"
)

// Spec is what is to be plumbed.
type Spec struct {
	Sides [netstack.Sides]Side
	// Steered are ports of the box itself that a destination translation takes.
	// They go to the firewall even if they lie in the ephemeral range, and
	// before any of Self is looked at.
	Steered []Service
	// Self is what the policy says about connections to the box itself, in the
	// policy's order; the first match wins. What none of them matches goes to
	// the firewall.
	Self []SelfService
}

// Side is one door.
type Side struct {
	Interface  string         // a link of this namespace; unused if Bare
	TUN        string         // the device to be made for this side
	IPv4, IPv6 bool           // which families it forwards; the others are closed
	Gateway    []netip.Prefix // addresses to add to the interface
	Bare       bool           // no interface: whoever made the TUN routes to it
	// External are addresses that translations use on this side. Those that are on
	// the interface's link and spare are answered for there.
	External []netip.Prefix
}

// forwards reports whether packets of family f pass this side.
func (s Side) forwards(f family) bool {
	if f == ipv4 {
		return s.IPv4
	}
	return s.IPv6
}

// Service is some TCP, UDP or SCTP ports of the box itself, as reached from one
// side.
type Service struct {
	From        netstack.Side // Inside or Outside
	Protocol    netstack.Protocol
	Ports       netstack.PortRange // zero: all
	Sources     netstack.PortRange // ports that it comes from; zero: any
	Source      netip.Prefix       // zero: any
	Destination netip.Prefix       // zero: any address of the box
	IPv4, IPv6  bool
}

// SelfService is a Service and what the policy says about it.
type SelfService struct {
	Service
	// Accept delivers to the box's sockets without passing the firewall; else
	// the packets go to the firewall, which then drops or rejects them.
	Accept bool
}

// in reports whether s applies to family f.
func (s Service) in(f family) bool {
	for _, p := range []netip.Prefix{s.Source, s.Destination} {
		if p.IsValid() && p.Addr().Is4() != (f == ipv4) {
			return false
		}
	}
	return f == ipv4 && s.IPv4 || f == ipv6 && s.IPv6
}

// check refuses a Spec that cannot be plumbed whatever the namespace holds.
func (s Spec) check() error {
	in, out := s.Sides[netstack.Inside], s.Sides[netstack.Outside]
	if !in.Bare && !out.Bare && in.Interface == out.Interface {
		return fmt.Errorf("inside and outside are the same interface, %s", in.Interface)
	}
	if in.TUN == out.TUN {
		return fmt.Errorf("inside and outside have the same TUN device, %q", in.TUN)
	}
	var errs []error
	for _, service := range s.Steered {
		errs = append(errs, service.check())
	}
	for _, service := range s.Self {
		errs = append(errs, service.check())
	}
	return errors.Join(errs...)
}

func (s Service) check() error {
	switch {
	case s.From >= netstack.Sides:
		return fmt.Errorf("service of the box from %v: must be from inside or outside", s.From)
	case !s.Protocol.HasPorts():
		return fmt.Errorf("service of the box: %v has no ports", s.Protocol)
	case s.Ports.First > s.Ports.Last:
		return fmt.Errorf("service of the box: ports %d-%d are in the wrong order", s.Ports.First, s.Ports.Last)
	}
	return nil
}
