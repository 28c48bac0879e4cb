package netstack_test

import (
	"bytes"
	"testing"

	. "sallyport/netstack"
	"sallyport/netstack/nettest"
)

// TestTunnel: Linux hands over a VXLAN packet with the inner checksum left to be
// finished, and the outer one complete, as if the inner were. Rewritten and
// finished, it must be what the tunnel would have sent without any offload.
func TestTunnel(t *testing.T) {
	options := []nettest.Option{nettest.Flags("PA"), nettest.Payload(41)}
	inner := nettest.TCP("10.8.0.1:5000", "10.8.0.2:80", options...)
	unfinished := nettest.TCP("10.8.0.1:5000", "10.8.0.2:80", append(options, nettest.Partial())...)
	for _, e := range [][4]string{{in4, out4, "192.0.2.1:1024", out4}, {in6, out6, "[2001:db8:3::1]:1024", out6}} {
		packet := nettest.UDP(e[0], e[1], nettest.PayloadBytes(inner.Bytes))
		start := len(packet.Bytes) - len(inner.Bytes)
		copy(packet.Bytes[start:], unfinished.Bytes)
		packet.Offload = Offload{Flags: NeedsCsum, CsumStart: uint16(start + 20), CsumOffset: 16}

		p := packet.Parse(t, Inside)
		if !p.ChecksumOK() {
			t.Error("transport checksum is held to be wrong")
		}
		want := nettest.UDP(e[2], e[3], nettest.PayloadBytes(inner.Bytes))
		p.Rewrite(want.Parse(t, Inside).Flow)
		p.Finish()
		if !bytes.Equal(p.Bytes(), want.Bytes) || p.Frame.Offload != (Offload{}) {
			t.Errorf("got\n% x %+v, want\n% x", p.Bytes(), p.Frame.Offload, want.Bytes)
		}
	}
}
