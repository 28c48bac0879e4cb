package conf

import (
	"net/netip"
	"slices"

	"sallyport/netstack"
	"sallyport/policy"
)

// checkEgress is for types that translate the source of what leaves by a side.
func (r *natReader) checkEgress(t value, why string) {
	if r.needs(t, "to", why) && r.to == policy.ToSelf {
		r.places["to"].fail("what goes to the box itself is not translated")
	}
	r.checkSides()
}

func (r *natReader) checkSNAT(t value) {
	r.checkEgress(t, `the side that the packets leave by, such as "outside"`)
	if r.needs(t, "translate_to", `the addresses to use, such as "203.0.113.9" or "203.0.113.16/28"`) {
		r.checkExternalFamily()
	}
}

// checkExternalFamily refuses addresses that no matching packet can get.
func (r *natReader) checkExternalFamily() {
	have := families(0)
	for _, e := range r.external {
		have |= familyOfAddr(e.First)
	}
	if asked := r.asked(); !r.failedLists && have != 0 && asked != 0 && have&asked == 0 {
		r.places["translate_to"].fail("never applies: it is %v, but what is asked for is %v", have, asked)
	}
}

// asked returns the IP versions that the conditions leave.
func (r *natReader) asked() families {
	return familyOf(r.family) & familiesOfAddresses(r.source) & familiesOfAddresses(r.destination) & familiesOfServices(r.service)
}

func familyOfAddr(a netip.Addr) families {
	if a.Is4() {
		return ipv4
	}
	return ipv6
}

func (r *natReader) checkDNAT(t value) {
	r.needs(t, "destination", `the address that is asked for, such as ["self"]`)
	if !r.needs(t, "translate_to", `the real address, such as "10.1.0.10:80"`) {
		return
	}
	for _, to := range r.targets {
		r.checkTarget(to)
	}
	if i := slices.IndexFunc(r.targets, func(t policy.Target) bool { return t.Addr.Is4() != r.targets[0].Addr.Is4() }); i > 0 {
		r.places["translate_to"].fail("%v and %v are not of one family; write a dnat for each", r.targets[0].Addr, r.targets[i].Addr)
	}
}

// checkOneToOne is for types that translate whole addresses, both ways.
func (r *natReader) checkOneToOne(t value) {
	word := r.typeWord()
	ok := r.needs(t, "from", `the side of the real hosts, "inside" or "outside"`)
	ok = r.needs(t, "to", "the side that knows them by other addresses") && ok
	if ok && (r.from|r.to != policy.FromInside|policy.FromOutside || r.from&r.to != 0) {
		r.places["to"].fail("%s is from one side to the other", word)
	}
	ok = r.needs(t, "source", "the real addresses, such as [\"10.1.0.10\"]") && ok
	ok = r.needs(t, "translate_to", "what they are on the other side, as many addresses") && ok
	if !ok || r.failedLists || len(r.external) != 1 {
		return
	}
	if len(r.source) != 1 || r.source[0].Negate || r.source[0].Self {
		r.places["source"].fail("%s needs one address, range or prefix here; write one [[nat]] for each", word)
		return
	}
	r.checkSizes(r.source[0].Range, r.external[0])
	r.checkRealSide(r.source[0].Range)
}

// checkSizes compares the real and the external addresses.
func (r *natReader) checkSizes(real, external policy.AddrRange) {
	at := r.places["translate_to"]
	a, b := prefixOf(real), prefixOf(external)
	switch {
	case real.First.Is4() != external.First.Is4():
		at.fail("%v is not of the same family as source", external.First)
	case r.kind == policy.NPTv6 && real.First.Is4():
		at.fail("nptv6 is for IPv6; use static")
	case r.kind == policy.NPTv6 && (!a.IsValid() || !b.IsValid() || a.Bits() != b.Bits() || a.Bits() > 64):
		at.fail("nptv6 is from a prefix to one of the same length, at most 64")
	case !real.SameSize(external):
		at.fail("source and translate_to do not hold the same number of addresses")
	}
}

// prefixOf returns the prefix that r is; invalid if it is none.
func prefixOf(r policy.AddrRange) netip.Prefix {
	if !r.First.IsValid() {
		return netip.Prefix{}
	}
	for bits := range r.First.BitLen() + 1 {
		if p := netip.PrefixFrom(r.First, bits); p == p.Masked() && rangeOf(p) == r {
			return p
		}
	}
	return netip.Prefix{}
}

// checkRealSide refuses real hosts that do not live where they are said to.
func (r *natReader) checkRealSide(real policy.AddrRange) {
	networks := r.sides[netstack.Inside].Networks
	lives := slices.ContainsFunc(networks, func(p netip.Prefix) bool { return p.Contains(real.First) && p.Contains(real.Last) })
	if r.from == policy.FromInside && len(networks) > 0 && !lives {
		r.places["source"].fail("not all of it is in one of the networks inside")
	}
}
