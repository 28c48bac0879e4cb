package policy

import (
	"errors"
	"fmt"

	"sallyport/netstack"
)

// allPorts is what an empty port range of a Service means.
var allPorts = netstack.PortRange{Last: 65535}

// service is a Service made ready: its port ranges hold what they say.
type service struct {
	src, dst   netstack.PortRange
	proto      netstack.Protocol
	any        bool // every protocol
	icmp       bool // only the type, and the code if not negative
	icmpType   uint8
	icmpCode   int16
	portsMatch bool // the ranges are to be looked at
	negate     bool
}

func (s *service) matches(q *query) bool {
	switch {
	case s.any:
		return true
	case s.proto != q.proto:
		return false
	case s.icmp:
		return s.icmpType == q.icmpType && (s.icmpCode < 0 || s.icmpCode == int16(q.icmpCode))
	}
	return !s.portsMatch || s.src.Contains(q.srcPort) && s.dst.Contains(q.dstPort)
}

// services matches what any of its entries does less what a negated one does, and
// everything else if none is positive. The negated ones come first, so that the
// first that matches decides.
type services []service

func (l services) matches(q *query) bool {
	for i := range l {
		if l[i].matches(q) {
			return !l[i].negate
		}
	}
	return !l.positive()
}

// positive reports whether any entry is.
func (l services) positive() bool { return len(l) > 0 && !l[len(l)-1].negate }

func compileServices(list []Service) (services, error) {
	var l services
	var errs []error
	for _, negated := range []bool{true, false} {
		for _, s := range list {
			if s.Negate == negated {
				errs = append(errs, s.check())
				l = append(l, s.compile())
			}
		}
	}
	return l, errors.Join(errs...)
}

func (s Service) compile() service {
	return service{
		src: orAllPorts(s.Source), dst: orAllPorts(s.Destination),
		proto: s.Protocol, any: s.AnyProtocol,
		icmp: s.ICMP, icmpType: s.Type, icmpCode: s.Code,
		portsMatch: s.namesPorts(), negate: s.Negate,
	}
}

func (s Service) namesPorts() bool {
	return s.Source != netstack.PortRange{} || s.Destination != netstack.PortRange{}
}

func (s Service) check() error {
	switch {
	case s.AnyProtocol && (s.namesPorts() || s.ICMP):
		return errors.New("a service of any protocol has no ports and no ICMP type")
	case s.namesPorts() && !s.Protocol.HasPorts():
		return fmt.Errorf("%v has no ports", s.Protocol)
	case s.ICMP && s.Protocol != netstack.ICMP && s.Protocol != netstack.ICMPv6:
		return fmt.Errorf("%v has no ICMP type", s.Protocol)
	case s.Source.First > s.Source.Last || s.Destination.First > s.Destination.Last:
		return errors.New("a port range that ends before it starts")
	}
	return nil
}

func orAllPorts(r netstack.PortRange) netstack.PortRange {
	if r == (netstack.PortRange{}) {
		return allPorts
	}
	return r
}
