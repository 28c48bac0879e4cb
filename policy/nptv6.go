package policy

import (
	"errors"
	"math/bits"

	"sallyport/netstack"
)

// neutral is what NPTv6 (RFC 6296) knows of its prefixes: what the checksum of a
// packet loses or gains by another prefix, one word of the address gains or loses
// in turn, so that no transport header has to change.
type neutral struct {
	length     int    // of both prefixes
	adjustment uint16 // ones' complement, for outward; inward takes it back
}

// maxNeutral is the longest prefix: what is beyond is the interface identifier.
const maxNeutral = 64

func newNeutral(m *oneToOne) (*neutral, error) {
	length, ok := m.real.prefixLength()
	switch _, external := m.external.prefixLength(); {
	case m.real.first.Is4():
		return nil, errors.New("NPTv6 is not for IPv4")
	case !ok || !external || length > maxNeutral:
		return nil, errors.New("its ranges are not prefixes of at most 64 bits")
	}
	return &neutral{length, subtract(sum(m.real.first), sum(m.external.first))}, nil
}

// prefixLength returns the length of the prefix that r is; not ok if it is none.
func (r addrRange) prefixLength() (length int, ok bool) {
	free := r.size()
	ones := bits.Len64(free.Lo)
	if free.Hi != 0 {
		ones = 64 + bits.Len64(free.Hi)
	}
	aligned := r.first.Hi&free.Hi == 0 && r.first.Lo&free.Lo == 0
	return 128 - ones, aligned && next(free) == powerOfTwo(ones)
}

// powerOfTwo returns 1<<n as an address; 0 for 128.
func powerOfTwo(n int) netstack.Addr {
	if n >= 64 {
		return netstack.Addr{Hi: 1 << (n - 64)}
	}
	return netstack.Addr{Lo: 1 << n}
}

// replace returns a with the prefix and one word adjusted: bits 48 to 63 if they
// are the subnet's (RFC 6296 3.4), else the first of the interface identifier that
// is not 0xffff (3.5). Not ok if there is no such word: 0xffff and 0 are the same
// to a checksum, and could not be told apart on the way back.
func (n *neutral) replace(a, prefix netstack.Addr, adjustment uint16) (_ netstack.Addr, ok bool) {
	a.Hi = prefix.Hi | a.Hi&(1<<(64-n.length)-1)
	if n.length <= 48 {
		a.Hi, ok = adjust(a.Hi, 0, adjustment)
		return a, ok
	}
	for shift := 48; shift >= 0 && !ok; shift -= 16 {
		a.Lo, ok = adjust(a.Lo, shift, adjustment)
	}
	return a, ok
}

// adjust adds to the word of half that starts at bit shift; not ok if that is
// 0xffff.
func adjust(half uint64, shift int, adjustment uint16) (_ uint64, ok bool) {
	word := uint16(half >> shift)
	if word == 0xffff {
		return half, false
	}
	word = add(word, adjustment)
	if word == 0xffff {
		word = 0
	}
	return half&^(0xffff<<shift) | uint64(word)<<shift, true
}

// sum returns the ones' complement sum of the words of a.
func sum(a netstack.Addr) (s uint16) {
	for shift := 0; shift < 64; shift += 16 {
		s = add(add(s, uint16(a.Hi>>shift)), uint16(a.Lo>>shift))
	}
	return s
}

// add and subtract are in ones' complement.
func add(a, b uint16) uint16 {
	s := uint32(a) + uint32(b)
	return uint16(s + s>>16)
}

func subtract(a, b uint16) uint16 { return add(a, ^b) }
