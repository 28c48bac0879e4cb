package policy

import (
	"errors"
	"fmt"
	"net/netip"

	"sallyport/netstack"
)

// compileAddresses turns a list as written into the set it means; own is what
// Self stands for. An empty list is every address.
func compileAddresses(list []Address, own addrSet) (addrSet, error) {
	var in, out []addrRange
	var err error
	for _, a := range list {
		ranges, rangeErr := rangesOf(a, own)
		err = errors.Join(err, rangeErr)
		if a.Negate {
			out = append(out, ranges...)
		} else {
			in = append(in, ranges...)
		}
	}
	if !hasPositive(list) {
		in = []addrRange{everything}
	}
	return union(in).minus(union(out)), err
}

// hasPositive is asked of the list as written: "self" of a box without
// addresses is nothing, not everything.
func hasPositive(list []Address) bool {
	for _, a := range list {
		if !a.Negate {
			return true
		}
	}
	return false
}

func rangesOf(a Address, own addrSet) (addrSet, error) {
	if a.Self {
		return own, nil
	}
	first, last := a.Range.First, a.Range.Last
	switch {
	case !plain(first) || !plain(last):
		return nil, fmt.Errorf("%v-%v is not a range of plain addresses", first, last)
	case first.Is4() != last.Is4() || last.Less(first):
		return nil, fmt.Errorf("%v-%v is not an ascending range of one family", first, last)
	}
	set := addrSet{{netstack.AddrFrom(first), netstack.AddrFrom(last)}}
	if first.Is6() {
		set = set.minus(addrSet{allIPv4}) // "::/0" is all of IPv6, and no IPv4
	}
	return set, nil
}

// plain reports whether a is an address that a packet's header can hold as it
// is written.
func plain(a netip.Addr) bool { return a.IsValid() && !a.Is4In6() && a.Zone() == "" }

// prefixSet returns the addresses of p.
func prefixSet(p netip.Prefix) (addrSet, error) {
	if !p.IsValid() {
		return nil, errors.New("an invalid prefix")
	}
	p = p.Masked()
	return rangesOf(Address{Range: AddrRange{p.Addr(), lastOf(p)}}, nil)
}

// lastOf returns the highest address of p, which is masked.
func lastOf(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for bit := p.Bits(); bit < len(b)*8; bit++ {
		b[bit/8] |= 0x80 >> (bit % 8)
	}
	last, _ := netip.AddrFromSlice(b)
	return last
}
