package conf

import (
	"net/netip"

	"sallyport/netstack"
	"sallyport/policy"
)

// natReader reads one [[nat]].
type natReader struct {
	*clause
	kind   policy.NATType
	target netip.AddrPort
	sides  [netstack.Sides]Side
}

// readNAT adds the translations, and where their names are.
func (s *Settings) readNAT(v value, words *vocabulary, names *named) {
	for _, t := range v.tables("nat") {
		r := natReader{clause: newClause(words), sides: s.Sides}
		if n, ok := r.read(t); ok {
			r.checkName(t, "nat", names)
			s.Policy.NAT = append(s.Policy.NAT, n)
		}
	}
}

// read returns the translation; not ok if t is no table.
func (r *natReader) read(t value) (n policy.NAT, ok bool) {
	fields := append(r.fields(),
		field{"type", r.readType},
		field{"translate_to", r.at("translate_to", r.readTarget)},
	)
	if !t.read(fields, "mapping", "filtering", "ports", "random_ports", "pooling", "hairpin", "quota") {
		return n, false
	}
	r.check(t)
	n = policy.NAT{
		Name: r.name, Type: r.kind, From: r.from, To: r.to, Family: r.family,
		Source: r.source, Destination: r.destination, Service: r.service,
	}
	if r.target.IsValid() {
		port := r.target.Port()
		n.Targets = []policy.Target{{Addr: r.target.Addr(), Ports: netstack.PortRange{First: port, Last: port}}}
	}
	return n, true
}

var natTypes = map[string]policy.NATType{"masquerade": policy.Masquerade, "dnat": policy.DNAT}

func (r *natReader) readType(v value) {
	s, ok := v.word("masquerade", "dnat", "snat", "static", "nptv6", "none")
	if r.kind = natTypes[s]; ok && r.kind == 0 {
		v.fail("type %q is not supported by this version", s)
	}
}

// readTarget reads "10.1.0.10", "10.1.0.10:80", "fd00::1" or "[fd00::1]:80".
func (r *natReader) readTarget(v value) {
	s, ok := v.text()
	if !ok {
		return
	}
	target, err := parseTarget(s)
	if err != nil {
		v.fail("%v", err)
		return
	}
	r.target = target
}

func (r *natReader) check(t value) {
	switch {
	case !r.needs(t, "type", `"masquerade" or "dnat"`):
	case r.kind == policy.Masquerade:
		r.checkMasquerade(t)
	case r.kind == policy.DNAT:
		r.checkDNAT(t)
	}
	r.checkFamilies()
}

func (r *natReader) checkMasquerade(t value) {
	if r.needs(t, "to", `the side whose address is taken, such as "outside"`) && r.to == policy.ToSelf {
		r.places["to"].fail("what goes to the box itself is not translated")
	}
	if at, ok := r.places["translate_to"]; ok {
		at.failKey("masquerade takes the address of the side that the packet leaves by; translate_to is for dnat")
	}
	r.checkSides()
}

func (r *natReader) checkDNAT(t value) {
	r.needs(t, "destination", `the address that is asked for, such as ["self"]`)
	if at, ok := r.places["to"]; ok {
		at.failKey("translate_to says where a dnat goes; leave to out")
	}
	if !r.needs(t, "translate_to", `the real address, such as "10.1.0.10:80"`) || !r.target.IsValid() {
		return
	}
	r.checkTargetFamily()
	r.checkTargetPort()
	r.checkTargetSide()
}
