package netstack_test

import (
	"testing"

	. "sallyport/netstack"
)

// What is written to one frame is in no other.
func TestFramesOfABatchAreApart(t *testing.T) {
	frames := NewFrames(5)
	for i, f := range frames {
		b := f.SpaceWithHeadroom(Headroom)
		if len(b) != Headroom+MaxPacket || cap(b) != len(b) {
			t.Fatalf("frame %d has %d bytes, and room for %d", i, len(b), cap(b))
		}
		for j := range b {
			b[j] = byte(i + 1)
		}
	}
	for i, f := range frames {
		for j, c := range f.SpaceWithHeadroom(Headroom) {
			if c != byte(i+1) {
				t.Fatalf("byte %d of frame %d is frame %d's", j, i, c-1)
			}
		}
	}
}
