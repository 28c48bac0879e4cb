package state

import "sallyport/netstack"

// sound reports whether a session as saved at a moment, in a file of so many
// names, can be one: a snapshot with a right sum may still come from a program
// with an error.
func (s *saved) sound(then Instant, names int) bool {
	left := s.expires - then
	return s.phase.fits(s.key[Original].Proto) && s.soundKeys() &&
		left > 0 && left <= Instant(2*MaxTimeout) && // no timer is nearly as long
		int64(max(s.rule, s.dstRule, s.srcRule)) < int64(names) &&
		(!s.mapped || hasEndpoints(s.key[Original].Proto) && s.source.sound(names)) &&
		(s.flags&ThroughMapping == 0 || s.key[Original].Proto.HasPorts() && s.through.sound(names) &&
			s.through.admits(&s.key[s.toSource().Opposite()]))
}

func (s *savedMapping) sound(names int) bool {
	return int64(max(s.rule, s.srcRule)) < int64(names) &&
		(min(s.mapping, s.filtering) != netstack.AddressDependent || !s.real.IsZero())
}

// admits reports whether a session whose packets arrive as k can have come in
// through such a mapping.
func (s *savedMapping) admits(k *netstack.FlowKey) bool {
	return s.filtering != netstack.AddressAndPortDependent &&
		(min(s.mapping, s.filtering) == netstack.EndpointIndependent || s.real == k.Src)
}

// fits reports whether a session of protocol proto can be in phase p.
func (p phase) fits(proto netstack.Protocol) bool {
	switch {
	case proto == netstack.TCP:
		return p > free && p <= resumed
	case proto == netstack.SCTP && sctpTimers[p] != 0:
		return true
	case p == answered:
		return proto == netstack.UDP
	}
	return p == single || p == multiple
}

func (s *saved) soundKeys() bool {
	original, reply := &s.key[Original], &s.key[Reply]
	return original.Proto == reply.Proto && *original != *reply && soundKey(original) && soundKey(reply) &&
		original.Src.Is4() == reply.Src.Is4()
}

func soundKey(k *netstack.FlowKey) bool {
	return k.In < netstack.Sides && !k.Src.IsZero() && !k.Dst.IsZero() && k.Src.Is4() == k.Dst.Is4() &&
		(hasEndpoints(k.Proto) || k.SrcPort == 0 && k.DstPort == 0)
}
