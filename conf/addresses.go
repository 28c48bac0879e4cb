package conf

import (
	"net/netip"
	"strings"

	"sallyport/policy"
)

// Words that stand for addresses.
const (
	anyWord  = "any"  // every address, every service, every side
	selfWord = "self" // the box's own addresses
)

// anyAddress is what "any" means beside other entries.
var anyAddress = []policy.Address{
	{Range: rangeOf(netip.MustParsePrefix("0.0.0.0/0"))},
	{Range: rangeOf(netip.MustParsePrefix("::/0"))},
}

// addressBook is [addresses].
type addressBook struct{ book[policy.Address] }

func (b *addressBook) read(v value) {
	b.book.read(v, []string{anyWord, selfWord})
}

// listed reads an element of a named list. It cannot negate: what "!x" is taken
// from would depend on where the list is used.
func (b *addressBook) listed(v value) ([]policy.Address, bool) {
	s, ok := v.text()
	if ok && strings.HasPrefix(s, "!") {
		v.fail("a named list cannot negate; negate where it is used")
		return nil, false
	}
	if !ok {
		return nil, false
	}
	return b.entry(v, s)
}

// entry reads one word of an address list: any, self, a literal or a name.
func (b *addressBook) entry(v value, s string) ([]policy.Address, bool) {
	switch s {
	case anyWord:
		return anyAddress, true
	case selfWord:
		return []policy.Address{{Self: true}}, true
	}
	if items, found, ok := b.lookup(s, v, b.listed); found {
		return items, ok
	}
	r, ok := b.literal(v, s)
	return []policy.Address{{Range: r}}, ok
}

// literal reads an address, a prefix or a range.
func (b *addressBook) literal(v value, s string) (r policy.AddrRange, ok bool) {
	var err error
	switch {
	case isName(s):
		v.fail("unknown address list %q%s", s, didYouMean(s, append(b.candidates(), anyWord, selfWord)))
		return r, false
	case isAddrRange(s):
		r, err = parseAddrRange(s)
	case isDomainName(s):
		v.fail("names from DNS such as %q are not supported by this version; write addresses", s)
		return r, false
	case strings.Contains(s, "/"):
		var p netip.Prefix
		if p, err = parsePrefix(s); err == nil {
			r = rangeOf(p)
		}
	default:
		r.First, err = parseAddr(s)
		r.Last = r.First
	}
	if err != nil {
		v.fail("%v", err)
	}
	return r, err == nil
}

// isAddrRange tells "10.0.0.1-10.0.0.9" from a domain name with a hyphen: its
// first half is an address.
func isAddrRange(s string) bool {
	first, _, found := strings.Cut(s, "-")
	if !found {
		return false
	}
	_, err := netip.ParseAddr(strings.TrimSpace(first))
	return err == nil
}

// isDomainName reports whether s looks like one, "*.example.net" included: dots,
// no slash or colon, and no digit alone as the last label.
func isDomainName(s string) bool {
	last := s[strings.LastIndexByte(s, '.')+1:]
	return strings.Contains(s, ".") && !strings.ContainsAny(s, "/: ") && strings.Trim(last, "0123456789") != ""
}

// addressList is an address list of a rule: nil for any. Not ok if a part of it
// has a fault.
func (b *addressBook) addressList(v value) (list []policy.Address, ok bool) {
	var all distinct[policy.Address]
	isAny := false
	elements, ok := v.list()
	for _, e := range elements {
		items, word, good := b.term(e)
		ok, isAny = ok && good, isAny || word == anyWord
		all.add(items...)
	}
	if isAny {
		return withoutPositive(all.items), ok
	}
	return all.items, ok
}

// term reads an element of a rule's list: a word, perhaps negated by a "!" in
// front.
func (b *addressBook) term(v value) (items []policy.Address, word string, ok bool) {
	s, ok := v.text()
	if !ok {
		return nil, "", false
	}
	word, negated := strings.CutPrefix(s, "!")
	if word == anyWord && negated {
		v.fail("%q matches nothing", s)
		return nil, word, false
	}
	named, ok := b.entry(v, word)
	if !negated {
		return named, word, ok
	}
	for _, a := range named {
		a.Negate = true
		items = append(items, a)
	}
	return items, word, ok
}

// withoutPositive returns what is left of a list that has "any" in it: only the
// negated entries, which then are taken from everything.
func withoutPositive(list []policy.Address) (rest []policy.Address) {
	for _, a := range list {
		if a.Negate {
			rest = append(rest, a)
		}
	}
	return rest
}
