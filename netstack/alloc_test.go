package netstack_test

import (
	"testing"

	. "sallyport/netstack"
	"sallyport/netstack/nettest"
)

// TestNoAllocs: nothing that is done to a packet allocates.
func TestNoAllocs(t *testing.T) {
	for name, packet := range varied() {
		var p Packet
		f, out := NewFrame(), NewFrame()
		from := addr("192.0.2.1")
		if len(packet.Bytes) > 0 && packet.Bytes[0]>>4 == 6 {
			from = addr("2001:db8::1")
		}
		if n := testing.AllocsPerRun(100, func() {
			packet.Fill(f)
			if p.Parse(Inside, f) == ReasonNone {
				passThrough(&p, out, from)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func passThrough(p *Packet, out *Frame, from Addr) {
	p.ChecksumOK()
	p.MakeReset(out)
	p.MakeUnreachable(out, from, 13, 1)
	p.AddHop()
	back := p.Flow.Reverse(p.Flow.In)
	if p.ICMP == ICMPError {
		p.RewriteError(back.Src, back.Dst, p.Quoted)
		return
	}
	p.Rewrite(back)
	p.Finish()
}

var benchmarks = []struct {
	name   string
	packet nettest.Packet
}{
	{"tcp", nettest.TCP(in4, out4, nettest.Flags("A"), nettest.Payload(1400))},
	{"gso", nettest.TCP(in4, out4, nettest.Flags("A"), nettest.Payload(60000), nettest.GSO(1400))},
	{"tcp6", nettest.TCP(in6, out6, nettest.Flags("A"), nettest.Payload(1400))},
	{"udp", nettest.UDP(in4, out4, nettest.Payload(64))},
	{"error", nettest.Unreachable(peer4, host4, 3, nettest.UDP(in4, out4, nettest.Payload(64)))},
}

func BenchmarkParse(b *testing.B) {
	for _, c := range benchmarks {
		b.Run(c.name, func(b *testing.B) {
			var p Packet
			f := c.packet.Frame()
			for b.Loop() {
				if r := p.Parse(Inside, f); r != ReasonNone {
					b.Fatal(r)
				}
			}
		})
	}
}

// BenchmarkRewrite gives packets another source, as NAT does, and back.
func BenchmarkRewrite(b *testing.B) {
	for _, c := range benchmarks {
		b.Run(c.name, func(b *testing.B) {
			p := c.packet.Parse(b, Inside)
			flows := [2]FlowKey{p.Flow, p.Flow}
			flows[1].Src, flows[1].SrcPort = addr("192.0.2.1"), 1024
			if p.Version == 6 {
				flows[1].Src = addr("2001:db8:3::1")
			}
			for i := 0; b.Loop(); i++ {
				p.Rewrite(flows[i&1^1])
			}
		})
	}
}
