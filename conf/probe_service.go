package conf

import (
	"errors"
	"fmt"

	"sallyport/policy"
)

func builtinService(word string) ([]policy.Service, error) {
	if literals, ok := builtin[word]; ok {
		return mustServices(literals), nil
	}
	return parseService(word)
}

// readService takes a protocol, or a service, which is a protocol and a port.
func (r *probeReader) readService(w string) error {
	if r.protocol {
		return fmt.Errorf("%q is one word too many: the protocol is %v already", w, r.p.Protocol)
	}
	list, err := r.service(r.withType(w))
	switch {
	case err != nil:
		return err
	case len(list) != 1:
		return fmt.Errorf("%q is several services; a packet is of one, such as %q", w, "tcp/443")
	case list[0].AnyProtocol:
		return fmt.Errorf("%q is no protocol; a packet is of one, such as %q", w, "tcp/443")
	}
	s := list[0]
	r.protocol, r.p.Protocol, r.icmpType = true, s.Protocol, s.ICMP
	if s.ICMP {
		r.p.Type, r.p.Code = s.Type, uint8(max(s.Code, 0))
	}
	return r.readPorts(s)
}

// withType joins what can also be written apart: "proto 47", "icmp echo-request".
func (r *probeReader) withType(w string) string {
	if len(r.words) == 0 || w != "proto" && w != "icmp" && w != "icmpv6" {
		return w
	}
	after := r.words[0]
	if _, option := probeOptions[after]; option || isEndpoint(after) || after == "->" {
		return w
	}
	return w + "/" + r.next()
}

// readPorts takes a service's ports: the first, unless another of them was said.
func (r *probeReader) readPorts(s policy.Service) error {
	dst, src := s.Destination.First, s.Source.First
	if r.dstPort && s.Destination.Contains(r.p.DstPort) {
		dst = r.p.DstPort
	}
	if r.srcPort && s.Source.Contains(r.p.SrcPort) {
		src = r.p.SrcPort
	}
	return errors.Join(setPort(&r.p.DstPort, &r.dstPort, dst), setPort(&r.p.SrcPort, &r.srcPort, src))
}
