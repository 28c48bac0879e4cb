package state

import (
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// TestRehearsalLeavesTheNextPort: a question that would end the conversation in
// its place gives a port back and takes one, on trial. What the next mapping goes
// by, the port lent last and the address that the host had last, is the other's
// that came after.
func TestRehearsalLeavesTheNextPort(t *testing.T) {
	inOrder := pool("192.0.2.1", 2000, 40000)
	inOrder.Choice = netstack.SequentialPort
	for name, p := range map[string]*netstack.Pool{
		"in order":            inOrder,
		"on the next address": poolAcross(netstack.PortRange{First: 4000, Last: 4000}, [2]string{"192.0.2.1", "192.0.2.2"}),
	} {
		t.Run(name, func(t *testing.T) {
			r := logged(newNATRig(t, p).rig)
			ask := nettest.UDP("10.1.0.5:4000", "192.0.2.9:53", nettest.PayloadBytes(make([]byte, 12)))
			seen := r.passes(inside, ask).Leave
			answer := nettest.UDP("192.0.2.9:53", at(seen.Src, seen.SrcPort), nettest.PayloadBytes([]byte{2: 0x80, 11: 0}))
			r.passes(outside, answer)
			r.passes(inside, nettest.UDP("10.1.0.5:4001", "192.0.2.9:53"))
			r.rehearsed = 96 // and this once it is looked whether anything has changed
			r.passes(inside, ask)
			checkInvariants(t, r.Table)
		})
	}
}
