package state

import (
	"testing"

	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// FuzzTCPOptions reads what strangers write into TCP headers, and compares with
// another parser where that one has an opinion.
func FuzzTCPOptions(f *testing.F) {
	for _, options := range [][]byte{
		{2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7},
		{1, 1, 5, 18, 0, 0, 8, 0, 0, 0, 9, 0, 0, 0, 10, 0, 0, 0, 11, 0},
		{3, 3, 200}, {5, 2}, {5, 11, 0}, {0, 3, 3, 1}, {255, 1}, {34, 4, 1, 2},
	} {
		f.Add(options, uint32(1000))
	}
	f.Fuzz(func(t *testing.T, options []byte, ack uint32) {
		options = options[:min(len(options), header.TCPOptionsMaximumSize)]
		scale, edge := windowScale(options), sackEdge(options, ack)
		if scale > header.MaxWndScale && scale != noScale {
			t.Errorf("scale %d", scale)
		}
		if before(edge, ack) {
			t.Errorf("%d before %d", edge, ack)
		}
		theirs := header.ParseTCPOptions(options)
		for _, b := range theirs.SACKBlocks {
			if end := uint32(b.End); before(ack, end) && before(edge, end) {
				t.Errorf("edge %d, and there is a block to %d", edge, end)
			}
		}
	})
}
