package nettest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"testing"
)

// Checker says what is wrong with a packet, or nothing.
type Checker func(p Packet) error

// Check fails the test unless all the checkers agree with p, and all its
// checksums are right. p is a whole packet.
func Check(t testing.TB, p Packet, checkers ...Checker) {
	t.Helper()
	for _, c := range append(checkers, Sums) {
		if err := c(p); err != nil {
			t.Errorf("nettest: %v\n% x", err, p.Bytes)
		}
	}
}

// Sums is VerifySums as a Checker.
func Sums(p Packet) error { return VerifySums(p.Bytes, p.Offload) }

// From wants this source: "addr:port", or "addr" of what has no ports.
func From(src string) Checker {
	return func(p Packet) error {
		h := walk(p.Bytes)
		return compare("source", h.endpoint(h.src, p.Bytes, 0), endpoint(src))
	}
}

// To wants this destination, as From.
func To(dst string) Checker {
	return func(p Packet) error {
		h := walk(p.Bytes)
		return compare("destination", h.endpoint(h.dst, p.Bytes, 2), endpoint(dst))
	}
}

func (h *header) endpoint(a netip.Addr, b []byte, port int) netip.AddrPort {
	if !h.proto.HasPorts() {
		return netip.AddrPortFrom(a, 0)
	}
	return netip.AddrPortFrom(a, binary.BigEndian.Uint16(b[h.header+port:]))
}

// Hops wants this TTL or hop limit.
func Hops(n uint8) Checker {
	return func(p Packet) error {
		at := 8
		if p.Bytes[0]>>4 == 6 {
			at = 7
		}
		return compare("hops", p.Bytes[at], n)
	}
}

// Segment wants a TCP segment with these flags and numbers.
func Segment(flags string, seq, ack uint32) Checker {
	return func(p Packet) error {
		t, err := message(p, 6, 20)
		if err != nil {
			return err
		}
		got := [3]uint32{uint32(t[13]), binary.BigEndian.Uint32(t[4:]), binary.BigEndian.Uint32(t[8:])}
		return compare("flags, seq, ack", got, [3]uint32{uint32(parseFlags(flags)), seq, ack})
	}
}

// Error wants an ICMP error of this type, code and second word that quotes the
// start of quoted, n bytes of it.
func Error(kind, code uint8, rest uint32, quoted Packet, n int) Checker {
	return func(p Packet) error {
		proto := byte(1)
		if p.Bytes[0]>>4 == 6 {
			proto = 58
		}
		t, err := message(p, proto, 8)
		if err != nil {
			return err
		}
		if !bytes.Equal(t[8:], quoted.Bytes[:n]) {
			return fmt.Errorf("quotes\n% x, want\n% x", t[8:], quoted.Bytes[:n])
		}
		got := [3]uint32{uint32(t[0]), uint32(t[1]), binary.BigEndian.Uint32(t[4:])}
		return compare("type, code, rest", got, [3]uint32{uint32(kind), uint32(code), rest})
	}
}

// message is what follows the IP header of a packet of this protocol.
func message(p Packet, proto byte, least int) ([]byte, error) {
	h := walk(p.Bytes)
	if byte(h.proto) != proto || len(p.Bytes) < h.header+least {
		return nil, fmt.Errorf("%v of %d bytes, want protocol %d and %d bytes", h.proto, len(p.Bytes)-h.header, proto, least)
	}
	return p.Bytes[h.header:], nil
}

func compare[T comparable](what string, got, want T) error {
	if got != want {
		return fmt.Errorf("%s %v, want %v", what, got, want)
	}
	return nil
}
