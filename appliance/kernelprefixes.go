package appliance

import (
	"net/netip"

	"go4.org/netipx"

	"sallyport/policy"
)

// prefixes returns an address list as the kernel's rules can say them:
// prefixes, without negation. An empty list is everything of the family; own
// addresses are not told apart, because the kernel's rules are about them
// alone.
func prefixes(list []policy.Address, family policy.Family) []netip.Prefix {
	accepted := rangesOf(list, false)
	if len(accepted) == 0 {
		accepted = []netipx.IPRange{netipx.RangeOfPrefix(all4), netipx.RangeOfPrefix(all6)}
	}
	var b netipx.IPSetBuilder
	for _, r := range accepted {
		b.AddRange(r)
	}
	for _, r := range rangesOf(list, true) {
		b.RemoveRange(r)
	}
	switch family {
	case policy.IPv4:
		b.RemovePrefix(all6)
	case policy.IPv6:
		b.RemovePrefix(all4)
	}
	set, err := b.IPSet()
	if err != nil { // a range of two families, which conf does not make
		return nil
	}
	return set.Prefixes()
}

// rangesOf are the ranges of a list that are negated, or those that are not.
func rangesOf(list []policy.Address, negated bool) (all []netipx.IPRange) {
	for _, a := range list {
		if !a.Self && a.Negate == negated {
			all = append(all, netipx.IPRangeFrom(a.Range.First, a.Range.Last))
		}
	}
	return all
}

var (
	all4 = netip.MustParsePrefix("0.0.0.0/0")
	all6 = netip.MustParsePrefix("::/0")
)
