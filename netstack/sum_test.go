package netstack

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"gvisor.dev/gvisor/pkg/tcpip/checksum"
)

// TestFold: a one's complement sum is the sum modulo 0xFFFF, and never 0 but
// for nothing.
func TestFold(t *testing.T) {
	for _, high := range []uint64{0, 1, 0xfffe, 0xffff, 0x10000, 0xfffffffe, 0xffffffff} {
		for _, low := range []uint64{0, 1, 2, 0xfffe, 0xffff, 0x10000, 0x1fffe, 0x1ffff, 0xfffeffff, 0xfffffffd, 0xffffffff} {
			sum := high<<32 + low
			got := fold(sum)
			if uint64(got)%0xffff != sum%0xffff || (got == 0) != (sum == 0) {
				t.Errorf("fold(%#x) is %#x", sum, got)
			}
		}
	}
}

// TestSum: against the library's, of every length up to some cache lines, at any
// address.
func TestSum(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 200 {
		for range 20 {
			b := make([]byte, n+8)
			for i := range b {
				b[i] = byte(r.Uint32() >> (r.Uint32() % 2 * 8) * (r.Uint32() % 4)) // zeros too
			}
			if r.Uint32()%4 == 0 {
				b = bytes.Repeat([]byte{0xff}, n+8) // a carry out of every word
			}
			b = b[r.Uint32()%8:][:n]
			if got, want := sum(b), checksum.Checksum(b, 0); got != want {
				t.Fatalf("the sum of %d bytes is %#04x, want %#04x: %x", n, got, want, b)
			}
		}
	}
}
