package netstack

import "testing"

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
