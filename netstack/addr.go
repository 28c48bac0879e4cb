package netstack

import (
	"cmp"
	"encoding/binary"
	"net/netip"
)

// v4Mapped is the upper half of the lower word of an IPv4-mapped address,
// ::ffff:0:0/96.
const v4Mapped = 0xffff << 32

// Addr is an IPv4 or IPv6 address in two words; IPv4 is held IPv4-mapped. It
// is 16 bytes, comparable and holds no pointer, so that tables of millions of
// them cost the garbage collector nothing (netip.Addr holds one).
// The zero Addr is "::", which no forwarded packet may carry, and so also
// stands for "no address".
type Addr struct{ Hi, Lo uint64 }

// AddrFrom4 returns the address whose four bytes b starts with.
func AddrFrom4(b []byte) Addr {
	return Addr{Lo: v4Mapped | uint64(binary.BigEndian.Uint32(b))}
}

// AddrFrom16 returns the address whose sixteen bytes b starts with.
func AddrFrom16(b []byte) Addr {
	return Addr{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])}
}

// AddrFrom returns a without its zone; the zero netip.Addr gives the zero Addr.
func AddrFrom(a netip.Addr) Addr {
	if !a.IsValid() {
		return Addr{}
	}
	b := a.As16()
	return AddrFrom16(b[:])
}

// Is4 reports whether a is an IPv4 address.
func (a Addr) Is4() bool { return a.Hi == 0 && a.Lo>>32 == 0xffff }

// IsZero reports whether a is "::", that is, no address.
func (a Addr) IsZero() bool { return a == Addr{} }

// Compare returns -1, 0 or 1 as a is before, at or after b; IPv4 is before most
// of IPv6, as its mapped form is.
func (a Addr) Compare(b Addr) int {
	if c := cmp.Compare(a.Hi, b.Hi); c != 0 {
		return c
	}
	return cmp.Compare(a.Lo, b.Lo)
}

// V4 returns the address as a 32-bit number; meaningful only if Is4.
func (a Addr) V4() uint32 { return uint32(a.Lo) }

// As16 returns the sixteen bytes of a, IPv4-mapped if Is4.
func (a Addr) As16() (b [16]byte) {
	binary.BigEndian.PutUint64(b[:], a.Hi)
	binary.BigEndian.PutUint64(b[8:], a.Lo)
	return b
}

// Netip returns a as the standard library's type, IPv4 unmapped; the zero Addr
// gives the zero netip.Addr.
func (a Addr) Netip() netip.Addr {
	if a.IsZero() {
		return netip.Addr{}
	}
	return netip.AddrFrom16(a.As16()).Unmap()
}

// String returns a in the usual notation, and "-" for no address.
func (a Addr) String() string {
	if a.IsZero() {
		return "-"
	}
	return a.Netip().String()
}
