package main

import (
	"net/netip"
	"testing"

	"sallyport/netstack/nettest"
)

func TestDissect(t *testing.T) {
	a, b := netip.MustParseAddr("10.1.0.5"), netip.MustParseAddr("192.0.2.1")
	for name, c := range map[string]struct {
		bytes []byte
		want  packet
	}{
		"TCP": {
			nettest.TCP("10.1.0.5:40000", "192.0.2.1:80", nettest.Flags("RA")).Bytes,
			packet{src: a, dst: b, proto: tcp, size: 20, sport: 40000, dport: 80, flags: rst | 16},
		},
		"a fragment, with what an Ethernet pads it with": {
			append([]byte{0x45, 0, 0, 22, 1, 2, 0x20, 3, 64, udp, 0, 0, 10, 1, 0, 5, 192, 0, 2, 1, 9, 9}, 0, 0, 0),
			packet{src: a, dst: b, proto: udp, id: 0x102, offset: 24, size: 2, more: true},
		},
		"a header longer than the packet": {
			append([]byte{0x46, 0, 0, 20, 0, 0, 0, 0, 64, icmp, 0, 0, 10, 1, 0, 5, 192, 0, 2, 1}, make([]byte, 10)...),
			packet{src: a, dst: b, proto: icmp},
		},
		"a header of which there is less than it says": {
			[]byte{0x4f, 0, 0, 60, 0, 0, 0, 0, 64, icmp, 0, 0, 10, 1, 0, 5, 192, 0, 2, 1},
			packet{src: a, dst: b, proto: icmp},
		},
	} {
		if got := dissect(c.bytes); got != c.want {
			t.Errorf("%s:\ngot  %+v\nwant %+v", name, got, c.want)
		}
	}
}
