package forward

import (
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// newMergingLoop is a loop whose worker does not run yet, between devices that
// take super-packets.
func newMergingLoop(t *testing.T) *loop {
	t.Helper()
	l := newLoop(t, newRig(t, outward()).engine, 100)
	for side, link := range l.links {
		link.SetOffloads(netstack.TSO | netstack.USO)
		l.worker.mergers[side] = netstack.NewCoalescer(offloads(link))
	}
	return l
}

func datagrams(n int, size int) (out []nettest.Packet) {
	for i := range n {
		out = append(out, nettest.UDP(client, server, nettest.IPID(uint16(i)), nettest.Payload(size)))
	}
	return out
}

// What one batch has of a flow leaves as one super-packet, translated, and counts
// as the datagrams that it is.
func TestWorkerMergesABatch(t *testing.T) {
	l := newMergingLoop(t)
	l.links[in].Inject(datagrams(10, 64)...)
	if n, err := l.worker.round(in); n != 10 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	sent := l.links[out].Sent()
	if len(sent) != 1 {
		t.Fatalf("%d packets left, want 1", len(sent))
	}
	wire := nettest.OnWire(sent[0])
	for i, p := range wire {
		nettest.Check(t, p, nettest.From(endpoint(addr(public), sent[0].Parse(t, out).Flow.SrcPort)), nettest.To(server), nettest.Hops(65))
		if len(p.Bytes) != 28+64 || p.Bytes[5]-wire[0].Bytes[5] != byte(i) { // one identification after the other
			t.Errorf("datagram %d: % x", i, p.Bytes)
		}
	}
	tally := l.worker.Tally()
	if len(wire) != 10 || tally.Passed[in] != 10 || tally.Bytes[in] != 10*(28+64) {
		t.Errorf("%d datagrams left, %d counted with %d bytes", len(wire), tally.Passed[in], tally.Bytes[in])
	}
}

// Batches are not waited for, and not merged with the next.
func TestWorkerMergesNoFurtherThanABatch(t *testing.T) {
	l := newMergingLoop(t)
	for _, p := range datagrams(3, 64) {
		l.links[in].Inject(p)
		if _, err := l.worker.round(in); err != nil {
			t.Fatal(err)
		}
	}
	if sent := l.links[out].Sent(); len(sent) != 3 {
		t.Errorf("%d packets left, want 3", len(sent))
	}
}

func TestWorkerCountsTheDatagramsOfARefusedSuperPacket(t *testing.T) {
	l := newMergingLoop(t)
	l.links[out].SetRoom(0)
	l.links[in].Inject(datagrams(10, 64)...)
	if _, err := l.worker.round(in); err != nil {
		t.Fatal(err)
	}
	if n := l.worker.Tally().Refused[in][netstack.QueueFull]; n != 10 {
		t.Errorf("%d counted as queue-full, want 10", n)
	}
}

// A device that says nothing of super-packets gets none.
func TestWorkerMergesNothingForOtherDevices(t *testing.T) {
	l := newLoop(t, newRig(t, outward()).engine, 100)
	l.links[in].Inject(datagrams(3, 64)...)
	if _, err := l.worker.round(in); err != nil {
		t.Fatal(err)
	}
	if sent := l.links[out].Sent(); len(sent) != 3 {
		t.Errorf("%d packets left, want 3", len(sent))
	}
}
