package forward

import (
	"encoding/binary"
	"fmt"
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// Packets of a flow leave in the order they came in, whatever else comes with
// them, in batches of any size, merged into super-packets or not.
func TestFlowsKeepTheirOrder(t *testing.T) {
	const flows, each = 12, 50
	for _, takes := range []netstack.Offloads{0, netstack.TSO | netstack.USO} {
		l := newLoop(t, newRig(t, outward()).engine, 0)
		l.worker.mergers[out] = netstack.NewCoalescer(takes)
		for n := range each {
			for flow := range flows {
				p := nettest.UDP(fmt.Sprintf("[fd00:1::10]:%d", 1000+flow), server6, nettest.PayloadBytes(binary.BigEndian.AppendUint32(nil, uint32(n))))
				l.links[in].Inject(p)
			}
		}
		go func() { l.done <- l.worker.Run() }()
		next, sent := map[uint16]uint32{}, 0
		for left := flows * each; left > 0; {
			for _, whole := range l.links[out].Wait(t, 1) {
				sent++
				for _, p := range nettest.OnWire(whole) {
					view := p.Parse(t, out)
					port := view.Flow.SrcPort
					if n := binary.BigEndian.Uint32(p.Bytes[len(p.Bytes)-4:]); n != next[port] {
						t.Fatalf("takes %b: packet %d of flow %d comes when %d should", takes, n, port, next[port])
					}
					next[port]++
					left--
				}
			}
		}
		if err := l.stop(); err != nil {
			t.Fatal(err)
		}
		if merged := sent < flows*each; merged != (takes != 0) {
			t.Errorf("takes %b: left as %d", takes, sent)
		}
	}
}
