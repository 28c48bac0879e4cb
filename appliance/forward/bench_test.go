package forward

import (
	"fmt"
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// BenchmarkDecide is the packet's whole way but for the devices: an established
// session's packet, masqueraded, and a first packet that a rule refuses.
func BenchmarkDecide(b *testing.B) {
	r := newRig(&testing.T{}, outward())
	r.handshake(client, server)
	for _, c := range []struct {
		name string
		p    nettest.Packet
	}{
		{"established", nettest.TCP(client, server, nettest.Flags("A"), nettest.Seq(1001), nettest.Ack(5001), nettest.Payload(1000), nettest.Partial())},
		{"super-packet", nettest.TCP(client, server, nettest.Flags("A"), nettest.Seq(1001), nettest.Ack(5001), nettest.Payload(40000), nettest.GSO(1360), nettest.DF())},
		{"refused", nettest.TCP(client, "198.51.100.7:23", nettest.Flags("S"), nettest.Partial())},
	} {
		b.Run(c.name, func(b *testing.B) {
			f, was := c.p.Frame(), netstack.NewFrame()
			header := append([]byte(nil), f.Bytes()[:min(60, len(f.Bytes()))]...)
			off := f.Offload
			b.ReportAllocs()
			for b.Loop() {
				copy(f.Bytes(), header)
				f.Offload = off
				o := r.lane.Decide(in, f, was, r.now)
				if o.Reason == netstack.Internal {
					b.Fatal(fmt.Sprint(o))
				}
			}
		})
	}
}
