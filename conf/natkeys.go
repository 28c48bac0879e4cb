package conf

import (
	"slices"
	"strings"

	"sallyport/netstack"
	"sallyport/policy"
)

// Words for how a mapping or a filter depends on the remote end.
var (
	dependences = []string{"endpoint-independent", "address-dependent", "address-and-port-dependent"}
	portChoices = []string{"preserve", "random", "sequential"}
)

// maxQuota bounds what a host may be allowed; nobody has more mappings.
const maxQuota = 1 << 24

// lendingFields are the keys of the types that lend external endpoints.
func (r *natReader) lendingFields() []field {
	l := &r.lending
	fields := []field{
		{"mapping", func(v value) { setNumber(v, &l.Mapping, dependences) }},
		{"filtering", func(v value) { r.readFiltering(v) }},
		{"ports", func(v value) { r.readLendable(v) }},
		{"port_choice", func(v value) { setNumber(v, &l.Choice, portChoices) }},
		{"parity", func(v value) { setNot(v, &l.NoParity) }},
		{"contiguity", func(v value) { v.setBool(&l.Contiguous) }},
		{"pooling", func(v value) { setChoice(v, &l.Unpaired, "paired", "arbitrary") }},
		{"quota", func(v value) { r.readQuota(v) }},
		{"unsolicited_syn", func(v value) { setChoice(v, &l.QuietSYN, "answer", "silent") }},
	}
	for i, f := range fields {
		fields[i].read = r.at(f.key, f.read)
	}
	return fields
}

// setNumber reads one of words as its place among them.
func setNumber[T ~uint8](v value, to *T, words []string) {
	if s, ok := v.word(words...); ok {
		*to = T(slices.Index(words, s))
	}
}

// setChoice reads one of two words as whether it is the second.
func setChoice(v value, to *bool, no, yes string) {
	if s, ok := v.word(no, yes); ok {
		*to = s == yes
	}
}

func (r *natReader) readFiltering(v value) {
	d := netstack.AddressAndPortDependent
	setNumber(v, &d, dependences)
	r.lending.Filtering = policy.Filtering(netstack.AddressAndPortDependent - d)
}

func (r *natReader) readQuota(v value) {
	n := 0
	v.setInt(&n, 1, maxQuota)
	r.lending.Quota = uint32(n)
}

// readLendable reads "1024-65535" or a list of such ranges.
func (r *natReader) readLendable(v value) {
	for e, s := range texts(v.oneOrMore()) {
		ports, err := parsePorts(s)
		if err != nil {
			e.fail("%v", err)
			continue
		}
		r.lending.Ports = append(r.lending.Ports, ports)
	}
}

// takers are the types that a key is for, where it is not for all.
var takers = map[string][]policy.NATType{
	"translate_to": {policy.SNAT, policy.DNAT, policy.Static, policy.NPTv6},
	"hairpin":      {policy.DNAT, policy.Static, policy.NPTv6},
	"service":      {policy.Masquerade, policy.SNAT, policy.DNAT, policy.Exempt},
	"to":           {policy.Masquerade, policy.SNAT, policy.Static, policy.NPTv6, policy.Exempt},
}

// wrongKeys say what to do instead of a key that the type does not have.
var wrongKeys = map[string]string{
	"translate_to masquerade": "masquerade takes the address of the side that the packet leaves by; snat takes others",
	"translate_to none":       "none translates nothing",
	"to dnat":                 "translate_to says where a dnat goes; leave to out",
	"hairpin masquerade":      "what comes back to a mapping from inside is admitted by its filtering; hairpin is for dnat, static and nptv6",
	"hairpin snat":            "what comes back to a mapping from inside is admitted by its filtering; hairpin is for dnat, static and nptv6",
	"hairpin none":            "none translates nothing, so nothing comes back; hairpin is for dnat, static and nptv6",
	"service static":          "static translates whole addresses; for some services, use dnat and snat",
	"service nptv6":           "nptv6 translates whole addresses; for some services, use dnat and snat",
}

// checkKeys refuses keys that say nothing about the type.
func (r *natReader) checkKeys() {
	lenders, word := []policy.NATType{policy.Masquerade, policy.SNAT}, r.typeWord()
	for _, f := range r.lends {
		if at, there := r.places[f.key]; there && !slices.Contains(lenders, r.kind) {
			at.failKey("%s is for masquerade and snat: %s lends no ports", f.key, word)
		}
	}
	for key, types := range takers {
		if at, there := r.places[key]; there && !slices.Contains(types, r.kind) {
			at.failKey("%s", wrongKeys[strings.Join([]string{key, word}, " ")])
		}
	}
}

func (r *natReader) typeWord() string {
	for word, kind := range natTypes {
		if kind == r.kind {
			return word
		}
	}
	return ""
}
