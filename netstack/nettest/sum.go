package nettest

import (
	"encoding/binary"
	"hash/crc32"
	"net/netip"

	"sallyport/netstack"
)

// sum is the Internet checksum's sum of bytes (RFC 1071), a byte at a time: the
// slow twin of everything that updates checksums.
func sum(parts ...[]byte) uint16 {
	var n uint64
	for _, b := range parts {
		for i, x := range b {
			n += uint64(x) << (8 * (1 - i%2))
		}
	}
	for n > 0xffff {
		n = n&0xffff + n>>16
	}
	return uint16(n)
}

// pseudoHeader is that of a message of n bytes.
func pseudoHeader(src, dst netip.Addr, proto netstack.Protocol, n int) []byte {
	b := append(src.AsSlice(), dst.AsSlice()...)
	b = binary.BigEndian.AppendUint32(b, uint32(n))
	return append(b, 0, 0, 0, byte(proto))
}

// crc is SCTP's checksum as it is in the packet (RFC 9260 6.8).
func crc(t []byte) []byte {
	b := append([]byte(nil), t...)
	copy(b[8:12], make([]byte, 4))
	sum := crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli))
	return binary.LittleEndian.AppendUint32(nil, sum)
}

// messageSum is the sum of a message and of what its protocol sums with it.
func messageSum(src, dst netip.Addr, proto netstack.Protocol, t []byte) uint16 {
	counted := t[:min(coverage(proto, t), len(t))]
	if proto == netstack.ICMP {
		return sum(counted)
	}
	n := len(t)
	if proto == netstack.UDP {
		n = len(counted)
	}
	return sum(pseudoHeader(src, dst, proto, n), counted)
}
