package nettest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"testing"

	"sallyport/netstack"
)

// CheckSums fails the test unless every checksum of a whole packet is right, as
// VerifySums sees it.
func CheckSums(t testing.TB, b []byte, o netstack.Offload) {
	t.Helper()
	if err := VerifySums(b, o); err != nil {
		t.Errorf("nettest: %v\n% x", err, b)
	}
}

// VerifySums says which checksum of a well-formed packet is wrong: of the IPv4
// header, of the transport protocol (full, left to the device, or absent), and
// of the header that an ICMP error quotes. It takes every sum anew, a byte at a
// time, and walks headers by itself. Of fragments it only sees the IPv4 header.
func VerifySums(b []byte, o netstack.Offload) error {
	ip := walk(b)
	if ip.version == 4 && sum(b[:ip.header]) != 0xffff {
		return fmt.Errorf("IPv4 header checksum %04x is wrong", b[10:12])
	}
	if ip.fragment {
		return nil
	}
	t := b[ip.header:]
	if err := ip.verify(t, o); err != nil {
		return err
	}
	if quote, ok := ip.quote(t); ok && isWholeHeader4(quote) && sum(quote[:quote[0]&15*4]) != 0xffff {
		return fmt.Errorf("quoted IPv4 header checksum %04x is wrong", quote[10:12])
	}
	return nil
}

// header is what the verifier finds in front of a transport header.
type header struct {
	version  byte
	src, dst netip.Addr // as the pseudo-header has them
	proto    netstack.Protocol
	header   int
	fragment bool
}

func walk(b []byte) (h header) {
	h.version = b[0] >> 4
	if h.version == 4 {
		h.src, _ = netip.AddrFromSlice(b[12:16])
		h.dst, _ = netip.AddrFromSlice(b[16:20])
		h.proto, h.header = netstack.Protocol(b[9]), int(b[0]&15)*4
		h.fragment = binary.BigEndian.Uint16(b[6:])&0x3fff != 0
		return h
	}
	h.src, _ = netip.AddrFromSlice(b[8:24])
	h.dst, _ = netip.AddrFromSlice(b[24:40])
	h.proto, h.header = netstack.Protocol(b[6]), 40
	for !h.fragment && h.step(b[h.header:]) {
	}
	return h
}

// step goes over one IPv6 extension header, if x starts with one.
func (h *header) step(x []byte) bool {
	size := 8
	switch h.proto {
	case 0, 43, 60:
		size += 8 * int(x[1])
	case 51:
		size = 4 * (int(x[1]) + 2)
	case 44:
		h.fragment = binary.BigEndian.Uint16(x[2:])&^6 != 0
	default:
		return false
	}
	if h.proto == 43 && x[3] != 0 {
		h.dst, _ = netip.AddrFromSlice(x[8:24])
	}
	h.proto, h.header = netstack.Protocol(x[0]), h.header+size
	return true
}

func (h *header) verify(t []byte, o netstack.Offload) error {
	at := checksumAt(h.proto)
	if at == 0 || (h.proto == netstack.ICMP) != (h.version == 4) && (h.proto == netstack.ICMP || h.proto == netstack.ICMPv6) {
		return nil
	}
	field := t[at : at+2]
	switch {
	case o.Partial() && int(o.CsumStart) == h.header:
		return h.verifyPartial(t, field)
	case h.proto == netstack.SCTP:
		if !bytes.Equal(t[at:at+4], crc(t)) {
			return fmt.Errorf("SCTP checksum % x, want % x", t[at:at+4], crc(t))
		}
	case h.proto == netstack.UDP && h.version == 4 && field[0] == 0 && field[1] == 0:
	case o.Flags&netstack.DataValid != 0:
	case (h.proto == netstack.UDP || h.proto == netstack.UDPLite) && field[0] == 0 && field[1] == 0:
		return fmt.Errorf("%v checksum is 0, which says that there is none", h.proto)
	case messageSum(h.src, h.dst, h.proto, t) != 0xffff:
		return fmt.Errorf("%v checksum %x is wrong", h.proto, field)
	}
	return nil
}

// verifyPartial: the field holds the sum of the pseudo-header, and only that.
func (h *header) verifyPartial(t, field []byte) error {
	want := sum(pseudoHeader(h.src, h.dst, h.proto, len(t)))
	if got := binary.BigEndian.Uint16(field); got != want {
		return fmt.Errorf("%v checksum to be finished is %04x, want the pseudo-header's sum %04x", h.proto, got, want)
	}
	return nil
}

// isWholeHeader4 reports whether a quotation, which may be cut off anywhere, has
// all of an IPv4 header.
func isWholeHeader4(quote []byte) bool {
	return len(quote) >= 20 && quote[0]>>4 == 4 && len(quote) >= int(quote[0]&15)*4
}

// quote returns the packet that the message quotes, if it is an ICMP error.
func (h *header) quote(t []byte) ([]byte, bool) {
	switch {
	case h.version == 4 && h.proto == netstack.ICMP:
		return t[8:], t[0] == 3 || t[0] == 4 || t[0] == 11 || t[0] == 12
	case h.version == 6 && h.proto == netstack.ICMPv6:
		return t[8:], t[0] >= 1 && t[0] <= 4
	}
	return nil, false
}
