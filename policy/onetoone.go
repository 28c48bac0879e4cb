package policy

import (
	"errors"
	"math/bits"

	"sallyport/netstack"
)

// oneToOne translates the addresses of real to those of external, in their
// order.
type oneToOne struct {
	real, external addrRange
	side           netstack.Side // where the real ones are
	neutral        *neutral      // nil: as they are
}

// newOneToOne returns what n, a Static or an NPTv6, does with addresses.
func newOneToOne(n NAT) (*oneToOne, error) {
	if len(n.Source) != 1 || n.Source[0].Negate || n.Source[0].Self || len(n.External) != 1 {
		return nil, errors.New("it is not of one range to one range")
	}
	real, err := rangesOf(n.Source[0], nil)
	external, externalErr := rangesOf(Address{Range: n.External[0]}, nil)
	if err := errors.Join(err, externalErr); err != nil {
		return nil, err
	}
	if len(real) != 1 || len(external) != 1 {
		return nil, errors.New("its ranges hold addresses of two families")
	}
	m := &oneToOne{real: real[0], external: external[0]}
	switch {
	case n.From == FromInside && n.To == FromOutside:
	case n.From == FromOutside && n.To == FromInside:
		m.side = netstack.Outside
	default:
		return nil, errors.New("it is not from one side to the other")
	}
	if m.real.first.Is4() != m.external.first.Is4() || m.real.size() != m.external.size() {
		return nil, errors.New("its ranges are not of one size and family")
	}
	if n.Type == NPTv6 {
		m.neutral, err = newNeutral(m)
	}
	return m, err
}

// outward returns the external address of a real one; not ok if it has none.
func (m *oneToOne) outward(a netstack.Addr) (external netstack.Addr, ok bool) {
	if m.neutral != nil {
		return m.neutral.replace(a, m.external.first, m.neutral.adjustment)
	}
	return advance(m.external.first, distance(m.real.first, a)), true
}

// inward returns the real address of an external one; not ok if it has none.
func (m *oneToOne) inward(a netstack.Addr) (real netstack.Addr, ok bool) {
	if m.neutral != nil {
		return m.neutral.replace(a, m.real.first, ^m.neutral.adjustment)
	}
	return advance(m.real.first, distance(m.external.first, a)), true
}

func (r addrRange) contains(a netstack.Addr) bool { return !less(a, r.first) && !less(r.last, a) }

// size returns how many addresses r has, less one.
func (r addrRange) size() netstack.Addr { return distance(r.first, r.last) }

// SameSize reports whether two ranges of one family have as many addresses.
func (r AddrRange) SameSize(s AddrRange) bool {
	a := addrRange{netstack.AddrFrom(r.First), netstack.AddrFrom(r.Last)}
	b := addrRange{netstack.AddrFrom(s.First), netstack.AddrFrom(s.Last)}
	return a.size() == b.size()
}

// distance returns how far b is behind a, as a number.
func distance(a, b netstack.Addr) (d netstack.Addr) {
	var borrow uint64
	d.Lo, borrow = bits.Sub64(b.Lo, a.Lo, 0)
	d.Hi, _ = bits.Sub64(b.Hi, a.Hi, borrow)
	return d
}

// advance returns the address d behind a.
func advance(a, d netstack.Addr) (b netstack.Addr) {
	var carry uint64
	b.Lo, carry = bits.Add64(a.Lo, d.Lo, 0)
	b.Hi, _ = bits.Add64(a.Hi, d.Hi, carry)
	return b
}
