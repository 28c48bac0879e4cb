package conf

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"sallyport/policy"
)

// parsePrefix reads "10.1.0.0/24". Bits beyond the length are an error, as
// either the length or the address is not what was meant.
func parsePrefix(s string) (netip.Prefix, error) {
	address, length, found := strings.Cut(s, "/")
	a, err := parseAddr(address)
	if err != nil {
		return netip.Prefix{}, err
	}
	if !found {
		return netip.Prefix{}, fmt.Errorf("want a prefix such as %q, got the address %q", netip.PrefixFrom(a, a.BitLen()), s)
	}
	bits, err := strconv.ParseUint(length, 10, 8)
	if err != nil || int(bits) > a.BitLen() {
		return netip.Prefix{}, fmt.Errorf("%q is not a prefix length from 0 to %d", length, a.BitLen())
	}
	p := netip.PrefixFrom(a, int(bits))
	if p != p.Masked() {
		return netip.Prefix{}, fmt.Errorf("%q has bits set beyond its length; the network is %q, the single address %q",
			s, p.Masked(), netip.PrefixFrom(a, a.BitLen()))
	}
	return p, nil
}

// parseAddr reads an address that a packet can carry as it is written.
func parseAddr(s string) (netip.Addr, error) {
	a, err := netip.ParseAddr(s)
	switch {
	case err != nil:
		return a, fmt.Errorf("%q is not an address", s)
	case a.Zone() != "":
		return a, fmt.Errorf("%q has a zone; write %q", s, a.WithZone(""))
	case a.Is4In6():
		return a, fmt.Errorf("%q is an IPv4 address inside IPv6; write %q", s, a.Unmap())
	}
	return a, nil
}

// parseAddrRange reads "10.1.0.10-10.1.0.20".
func parseAddrRange(s string) (policy.AddrRange, error) {
	first, last, _ := strings.Cut(s, "-")
	a, err := parseAddr(strings.TrimSpace(first))
	if err != nil {
		return policy.AddrRange{}, err
	}
	b, err := parseAddr(strings.TrimSpace(last))
	switch {
	case err != nil:
		return policy.AddrRange{}, err
	case a.Is4() != b.Is4():
		return policy.AddrRange{}, fmt.Errorf("range %q is of two families", s)
	case b.Less(a):
		return policy.AddrRange{}, fmt.Errorf("range %q ends before it starts; write %q", s, b.String()+"-"+a.String())
	}
	return policy.AddrRange{First: a, Last: b}, nil
}

// rangeOf returns the addresses of p, which is masked.
func rangeOf(p netip.Prefix) policy.AddrRange {
	b := p.Addr().AsSlice()
	for bit := p.Bits(); bit < len(b)*8; bit++ {
		b[bit/8] |= 0x80 >> (bit % 8)
	}
	last, _ := netip.AddrFromSlice(b)
	return policy.AddrRange{First: p.Addr(), Last: last}
}

// parseGateway reads an address that a host can have, with or without a length.
func parseGateway(s string) (netip.Prefix, error) {
	address, length, found := strings.Cut(s, "/")
	a, err := parseAddr(address)
	if err != nil {
		return netip.Prefix{}, err
	}
	if !a.IsGlobalUnicast() {
		return netip.Prefix{}, fmt.Errorf("%q is not an address that clients can use as a gateway", s)
	}
	if !found {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	bits, err := strconv.ParseUint(length, 10, 8)
	if err != nil || int(bits) > a.BitLen() {
		return netip.Prefix{}, fmt.Errorf("%q is not a prefix length from 0 to %d", length, a.BitLen())
	}
	return netip.PrefixFrom(a, int(bits)), nil
}
