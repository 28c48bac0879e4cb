package policy

import (
	"math/big"
	"net/netip"
)

// translated returns a of the addresses that start with from as one of those that
// start with to.
func translated(n NAT, a, from, to netip.Addr) (netip.Addr, bool) {
	if n.Type == Static {
		return fromInt(new(big.Int).Add(toInt(to), new(big.Int).Sub(toInt(a), toInt(from))), a.Is4()), true
	}
	length := prefixOf(n.External[0]).Bits()
	b, prefix, words := a.As16(), to.As16(), []int{6}
	for i := range length {
		mask := byte(0x80) >> (i % 8)
		b[i/8] = b[i/8]&^mask | prefix[i/8]&mask
	}
	if length > 48 {
		words = []int{8, 10, 12, 14}
	}
	for _, at := range words {
		if b[at] != 0xff || b[at+1] != 0xff {
			b[at], b[at+1] = 0, 0
			word := (slowSum(a.As16()) + 65535 - slowSum(b)) % 65535
			b[at], b[at+1] = byte(word>>8), byte(word)
			return netip.AddrFrom16(b), true
		}
	}
	return a, false
}

// slowSum is what a checksum knows of b.
func slowSum(b [16]byte) (sum int) {
	for i := 0; i < 16; i += 2 {
		sum += int(b[i])<<8 | int(b[i+1])
	}
	return sum % 65535
}

func prefixOf(r AddrRange) netip.Prefix {
	for bits := range r.First.BitLen() + 1 {
		if p := netip.PrefixFrom(r.First, bits); p.Masked() == p && lastOf(p) == r.Last {
			return p
		}
	}
	return netip.Prefix{}
}

func toInt(a netip.Addr) *big.Int { return new(big.Int).SetBytes(a.AsSlice()) }

func fromInt(n *big.Int, v4 bool) netip.Addr {
	size := 16
	if v4 {
		size = 4
	}
	a, _ := netip.AddrFromSlice(n.FillBytes(make([]byte, size)))
	return a
}

func within(r AddrRange, a netip.Addr) bool {
	return a.Is4() == r.First.Is4() && a.Compare(r.First) >= 0 && a.Compare(r.Last) <= 0
}
