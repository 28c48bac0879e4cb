package netstack

import (
	"encoding/binary"
	"hash/crc32"
	"math/bits"
)

// sum returns the one's complement sum of b's 16-bit words (RFC 1071). It adds
// eight bytes at a time, as they lie in memory: the order of bytes in a word
// makes no difference but to the result's own. Neither loop takes all there is,
// so that the compiler knows that what is left of b starts inside of it.
func sum(b []byte) uint16 {
	var total, carry uint64
	for ; len(b) > 32; b = b[32:] {
		total, carry = bits.Add64(total, binary.LittleEndian.Uint64(b), carry)
		total, carry = bits.Add64(total, binary.LittleEndian.Uint64(b[8:]), carry)
		total, carry = bits.Add64(total, binary.LittleEndian.Uint64(b[16:]), carry)
		total, carry = bits.Add64(total, binary.LittleEndian.Uint64(b[24:]), carry)
	}
	for ; len(b) > 8; b = b[8:] {
		total, carry = bits.Add64(total, binary.LittleEndian.Uint64(b), carry)
	}
	total, carry = bits.Add64(total, rest(b), carry)
	return bits.ReverseBytes16(fold(halves(total) + carry))
}

// rest returns the last bytes of a message, eight at most, as sum takes them.
func rest(b []byte) (words uint64) {
	for ; len(b) > 2; b = b[2:] {
		words += uint64(binary.LittleEndian.Uint16(b))
	}
	switch len(b) {
	case 2:
		words += uint64(binary.LittleEndian.Uint16(b))
	case 1:
		words += uint64(b[0])
	}
	return words
}

// delta is by how much a rewrite has changed the one's complement sum of some
// bytes that start at an even offset (RFC 1624), not folded: deltas are added as
// numbers. Zero: not at all.
type delta = uint64

// fold makes a sum of words a one's complement sum. Words of 32 bits may be
// added as they are: 1<<16 counts as 1.
func fold(sum uint64) uint16 {
	// A number added to itself with its halves exchanged has the sum of both in its
	// upper half, and the carry out of the lower one in it.
	half := uint32((sum + bits.RotateLeft64(sum, 32)) >> 32)
	return uint16((half + bits.RotateLeft32(half, 16)) >> 16)
}

// put16 writes a word, and returns by how much that changes a sum over it.
func put16(b []byte, to uint16) delta {
	from := binary.BigEndian.Uint16(b)
	if from == to {
		return 0
	}
	binary.BigEndian.PutUint16(b, to)
	return delta(^from) + delta(to)
}

// put32 is put16 for two words.
func put32(b []byte, to uint32) delta {
	from := binary.BigEndian.Uint32(b)
	if from == to {
		return 0
	}
	binary.BigEndian.PutUint32(b, to)
	return delta(^from) + delta(to)
}

// put128 is put16 for an IPv6 address.
func put128(b []byte, to Addr) delta {
	from := AddrFrom16(b)
	if from == to {
		return 0
	}
	binary.BigEndian.PutUint64(b, to.Hi)
	binary.BigEndian.PutUint64(b[8:], to.Lo)
	return halves(^from.Hi) + halves(^from.Lo) + halves(to.Hi) + halves(to.Lo)
}

// halves is the sum of a number's upper and lower half.
func halves(n uint64) uint64 { return n>>32 + n&0xffffffff }

// addTo adds d to what the Internet checksum that b starts with sums up
// (RFC 1624, equation 3).
func addTo(b []byte, d delta) {
	if d != 0 {
		binary.BigEndian.PutUint16(b, ^fold(delta(^binary.BigEndian.Uint16(b))+d))
	}
}

// addToOptional is addTo for a checksum that may be absent, and then stays so.
func addToOptional(b []byte, d delta) {
	from := binary.BigEndian.Uint16(b)
	if d == 0 || from == 0 {
		return
	}
	to := ^fold(delta(^from) + d)
	if to == 0 {
		to = 0xffff // RFC 768: 0 would say that there is none
	}
	binary.BigEndian.PutUint16(b, to)
}

// addToPartial adds d to a checksum that is left to the device: so far the sum
// of the pseudo-header, of which ports are no part.
func addToPartial(b []byte, d delta) {
	binary.BigEndian.PutUint16(b, fold(delta(binary.BigEndian.Uint16(b))+d))
}

// pseudoSum is the sum, not folded, of the pseudo-header of a message of n bytes.
// What stands in front of an IPv4 address in an Addr sums to nothing.
func pseudoSum(src, dst Addr, proto Protocol, n int) uint64 {
	return halves(src.Hi) + halves(src.Lo) + halves(dst.Hi) + halves(dst.Lo) + uint64(n) + uint64(proto)
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// crc is the CRC32c of an SCTP packet, its checksum counted as it is.
func crc(t []byte) uint32 { return crc32.Update(0, castagnoli, t) }
