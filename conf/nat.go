package conf

import (
	"sallyport/netstack"
	"sallyport/policy"
)

// natReader reads one [[nat]] after the other, each into itself.
type natReader struct {
	*clause
	kind      policy.NATType
	targets   []policy.Target
	external  []policy.AddrRange
	lending   policy.Lending
	noHairpin bool
	sides     [netstack.Sides]Side
	known     []field
	lends     []field // of them, those of the types that lend external endpoints
}

// readNAT adds the translations, and where their names are.
func (s *Settings) readNAT(v value, words *vocabulary, names *named) {
	r, tables := newNATReader(words, s.Sides), v.tables("nat")
	names.expect(len(tables))
	for _, t := range tables {
		if n, ok := r.read(t); ok {
			r.checkName(t, "nat", names)
			s.Policy.NAT = append(s.Policy.NAT, n)
			s.SaidNAT = append(s.SaidNAT, r.said())
		}
	}
}

func newNATReader(words *vocabulary, sides [netstack.Sides]Side) *natReader {
	r := &natReader{clause: newClause(words), sides: sides}
	r.known = append(r.fields(),
		field{"type", r.readType},
		field{"translate_to", r.at("translate_to", r.readTranslateTo)},
		field{"hairpin", r.at("hairpin", func(v value) { setNot(v, &r.noHairpin) })},
	)
	r.lends = r.lendingFields()
	r.known = append(r.known, r.lends...)
	return r
}

// read returns the translation; not ok if t is no table.
func (r *natReader) read(t value) (n policy.NAT, ok bool) {
	r.clause.reset()
	*r = natReader{clause: r.clause, sides: r.sides, known: r.known, lends: r.lends}
	if !t.read(r.known) {
		return n, false
	}
	r.check(t)
	n = policy.NAT{
		Name: r.name, Type: r.kind, From: r.from, To: r.to, Family: r.family,
		Source: r.source, Destination: r.destination, Service: r.service,
		Targets: r.targets, External: r.external, Lending: r.lending, NoHairpin: r.noHairpin,
	}
	return n, true
}

var natTypes = map[string]policy.NATType{
	"masquerade": policy.Masquerade, "snat": policy.SNAT, "dnat": policy.DNAT,
	"static": policy.Static, "nptv6": policy.NPTv6, "none": policy.Exempt,
}

func (r *natReader) readType(v value) {
	if s, ok := v.word("masquerade", "snat", "dnat", "static", "nptv6", "none"); ok {
		r.kind = natTypes[s]
	}
}

// setNot reads the opposite of what is kept.
func setNot(v value, to *bool) {
	yes := !*to
	v.setBool(&yes)
	*to = !yes
}

func (r *natReader) check(t value) {
	if !r.needs(t, "type", `"masquerade", "snat", "dnat", "static", "nptv6" or "none"`) || r.kind == 0 {
		return
	}
	r.checkKeys()
	switch r.kind {
	case policy.Masquerade:
		r.checkEgress(t, `the side whose address is taken, such as "outside"`)
	case policy.SNAT:
		r.checkSNAT(t)
	case policy.DNAT:
		r.checkDNAT(t)
	case policy.Static, policy.NPTv6:
		r.checkOneToOne(t)
	case policy.Exempt:
		r.checkSides()
	}
	r.checkFamilies()
}
