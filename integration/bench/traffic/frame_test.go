package traffic

import (
	"net"
	"testing"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/netstack"
)

func testBuilder() *builder {
	mac := net.HardwareAddr{2, 0, 0, 0, 0, 1}
	return newBuilder(mac, mac)
}

// seen is what the firewall makes of a frame from a side.
func seen(t *testing.T, in netstack.Side, frame []byte) (p netstack.Packet) {
	t.Helper()
	f := netstack.NewFrame()
	f.SetLen(copy(f.Space(), frame[header.EthernetMinimumSize:]))
	if r := p.Parse(in, f); r != netstack.ReasonNone {
		t.Fatalf("% x: %v", frame, r)
	}
	return p
}

// TestFlowsAreDistinct: a million flows are as many sessions.
func TestFlowsAreDistinct(t *testing.T) {
	b, flows := testBuilder(), make(map[netstack.FlowKey]bool)
	const n = 30000 // more than there are endpoints
	for i := range n {
		p := seen(t, netstack.Inside, b.datagram(i))
		if !p.ChecksumOK() {
			t.Fatal("bad checksum")
		}
		flows[p.Flow] = true
	}
	if len(flows) != n {
		t.Errorf("%d flows of %d", len(flows), n)
	}
}

func TestSpoofedSYNsAreWhole(t *testing.T) {
	b, sources := testBuilder(), make(map[netstack.Addr]bool)
	for i := range uint32(1000) {
		p := seen(t, netstack.Outside, b.spoofedSYN(i*2654435761))
		if p.TCPFlags != header.TCPFlagSyn || !p.ChecksumOK() || !Nowhere.Contains(p.Flow.Src.Netip()) {
			t.Fatalf("%+v", p.Flow)
		}
		sources[p.Flow.Src] = true
	}
	if len(sources) < 900 {
		t.Errorf("%d sources of 1000", len(sources))
	}
}

// TestIllegalKindsAreWhatTheySay holds that each is refused for its own fault: all
// but the last have a right checksum.
func TestIllegalKindsAreWhatTheySay(t *testing.T) {
	b := testBuilder()
	for i, k := range illegalKinds {
		if k.name == "source and destination the same" {
			continue // not even parsed
		}
		p := seen(t, netstack.Inside, b.illegal(i))
		if last := i == len(illegalKinds)-1; p.ChecksumOK() == last {
			t.Errorf("%s: checksum right: %v", k.name, !last)
		}
	}
}
