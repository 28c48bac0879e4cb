package netstack_test

import (
	"net/netip"
	"testing"

	. "sallyport/netstack"
	"sallyport/netstack/nettest"
)

// scratch is a frame that was used before, so that what is not written shows.
func scratch() *Frame {
	f := NewFrame()
	for i := range f.Space() {
		f.Space()[i] = 0xa5
	}
	f.Offload = Offload{Flags: 0xff, GSOType: 0xff, HdrLen: 1, GSOSize: 2, CsumStart: 3, CsumOffset: 4}
	return f
}

func addr(s string) Addr { return AddrFrom(netip.MustParseAddr(s)) }

func TestMakeReset(t *testing.T) {
	for _, c := range []struct {
		name     string
		with     []nettest.Option
		flags    string
		seq, ack uint32
	}{
		{"syn", []nettest.Option{nettest.Flags("S"), nettest.Seq(1000)}, "RA", 0, 1001},
		{"syn with data", []nettest.Option{nettest.Flags("S"), nettest.Seq(1000), nettest.Payload(10)}, "RA", 0, 1011},
		{"syn at the wrap", []nettest.Option{nettest.Flags("S"), nettest.Seq(0xffffffff)}, "RA", 0, 0},
		{"syn ack", []nettest.Option{nettest.Flags("SA"), nettest.Seq(1000), nettest.Ack(77)}, "R", 77, 0},
		{"data", []nettest.Option{nettest.Flags("PA"), nettest.Seq(1000), nettest.Ack(77), nettest.Payload(10)}, "R", 77, 0},
		{"fin without ack", []nettest.Option{nettest.Flags("F"), nettest.Seq(5)}, "RA", 0, 6},
		{"super-packet", []nettest.Option{nettest.Seq(5), nettest.Payload(5000), nettest.GSO(1400)}, "RA", 0, 5005},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, e := range [][2]string{{in4, out4}, {in6, out6}} {
				f := scratch()
				if !nettest.TCP(e[0], e[1], c.with...).Parse(t, Inside).MakeReset(f) {
					t.Fatal("no reset")
				}
				nettest.Check(t, nettest.Of(f), nettest.From(e[1]), nettest.To(e[0]), nettest.Hops(64),
					nettest.Segment(c.flags, c.seq, c.ack))
				if again := nettest.Of(f).Parse(t, Outside); f.Offload != (Offload{}) || again.Len() != int(again.Payload) {
					t.Errorf("offload %+v, %d bytes", f.Offload, again.Len())
				}
			}
		})
	}
}

func TestMakeNoReset(t *testing.T) {
	for name, p := range map[string]nettest.Packet{
		"rst":      nettest.TCP(in4, out4, nettest.Flags("R")),
		"rst ack":  nettest.TCP(in6, out6, nettest.Flags("RA")),
		"udp":      nettest.UDP(in4, out4),
		"fragment": nettest.TCP(in4, out4, nettest.Flags("S"), nettest.Payload(100), nettest.Fragment(0, 40, true, 1)),
	} {
		if f := scratch(); p.Parse(t, Inside).MakeReset(f) {
			t.Errorf("%s: answered with % x", name, f.Bytes())
		}
	}
}

func TestMakeUnreachable(t *testing.T) {
	small, large := nettest.Payload(30), nettest.Payload(1400)
	for _, c := range []struct {
		name   string
		packet nettest.Packet
		quoted int
	}{
		{"udp", nettest.UDP(in4, out4, small), 58},
		{"udp6", nettest.UDP(in6, out6, small), 78},
		{"much", nettest.UDP(in4, out4, large), 576 - 28},
		{"much6", nettest.UDP(in6, out6, large), 1280 - 48},
		{"odd", nettest.UDP(in4, out4, nettest.Payload(31)), 59},
		{"first fragment", nettest.UDP(in4, out4, large, nettest.Fragment(0, 400, true, 1)), 420},
		{"echo", nettest.ICMPEcho(host4, peer4), 44},
		{"gre", nettest.IP(host6, peer6, GRE, small), 70},
	} {
		t.Run(c.name, func(t *testing.T) {
			from, to, check := "192.0.2.1", host4, nettest.Error(3, 13, 0, c.packet, c.quoted)
			if c.packet.Bytes[0]>>4 == 6 {
				from, to, check = "2001:db8::1", host6, nettest.Error(1, 6, 0, c.packet, c.quoted)
			}
			f := scratch()
			if !c.packet.Parse(t, Inside).MakeUnreachable(f, addr(from), 13, 6) {
				t.Fatal("no error")
			}
			nettest.Check(t, nettest.Of(f), nettest.From(from), nettest.To(to), nettest.Hops(64), check)
			if f.Offload != (Offload{}) {
				t.Errorf("offload %+v", f.Offload)
			}
		})
	}
}

func TestMakeNoUnreachable(t *testing.T) {
	udp := nettest.UDP(in4, out4)
	for _, c := range []struct {
		name   string
		packet nettest.Packet
		from   Addr
	}{
		{"about an error", nettest.Unreachable(host4, peer4, 3, udp), addr("192.0.2.1")},
		{"about an error6", nettest.TooBig(host6, peer6, 1280, nettest.UDP(in6, out6)), addr("2001:db8::1")},
		{"about a source quench", nettest.ICMP(host4, peer4, 4, 0, nettest.PayloadBytes(udp.Bytes)), addr("192.0.2.1")},
		{"about a redirect", nettest.ICMP(host4, peer4, 5, 1, nettest.PayloadBytes(udp.Bytes)), addr("192.0.2.1")},
		{"about a redirect6", nettest.ICMP(host6, peer6, 137, 0, nettest.Payload(40)), addr("2001:db8::1")},
		{"about a later fragment", nettest.UDP(in4, out4, nettest.Payload(90), nettest.Fragment(64, 34, false, 1)), addr("192.0.2.1")},
		{"from no address", udp, Addr{}},
		{"from no address6", nettest.UDP(in6, out6), Addr{}},
		{"from the other family", udp, addr("2001:db8::1")},
		{"from the other family6", nettest.UDP(in6, out6), addr("192.0.2.1")},
	} {
		f := scratch()
		if c.packet.Parse(t, Inside).MakeUnreachable(f, c.from, 13, 1) {
			t.Errorf("%s: answered with % x", c.name, f.Bytes())
		}
	}
}

// TestMakeTooBigSuperPacket: the sender's kernel is to see the segment that it
// would have sent, not the super-packet.
func TestMakeTooBigSuperPacket(t *testing.T) {
	options := []nettest.Option{nettest.Flags("A"), nettest.Seq(5), nettest.Payload(9000), nettest.DF(), nettest.GSO(1400)}
	p := nettest.TCP(in4, out4, options...)
	segment := nettest.TCP(in4, out4, append(options, nettest.Payload(1400))...)
	copy(segment.Bytes[36:], p.Bytes[36:38]) // the unfinished checksum is quoted as it is
	f := scratch()
	if !p.Parse(t, Inside).MakeTooBig(f, addr("192.0.2.1"), 1300) {
		t.Fatal("no error")
	}
	nettest.Check(t, nettest.Of(f), nettest.Error(3, 4, 1300, segment, 548))

	p6 := nettest.TCP(in6, out6, options...)
	segment6 := nettest.TCP(in6, out6, append(options, nettest.Payload(1400))...)
	copy(segment6.Bytes[56:], p6.Bytes[56:58])
	if !p6.Parse(t, Inside).MakeTooBig(f, addr("2001:db8::1"), 1300) {
		t.Fatal("no error")
	}
	nettest.Check(t, nettest.Of(f), nettest.Error(2, 0, 1300, segment6, 1232))
}

// TestMakeTooBigMatches: what the sender gets back names its own flow.
func TestMakeTooBigMatches(t *testing.T) {
	p := nettest.TCP(in4, out4, nettest.Seq(7), nettest.Payload(1400)).Parse(t, Inside)
	f := scratch()
	p.MakeTooBig(f, addr("192.0.2.1"), 1300)
	var got Packet
	if r := got.Parse(Outside, f); r != ReasonNone || got.Quoted != p.Flow {
		t.Errorf("%v: quotes %v, want %v", r, got.Quoted, p.Flow)
	}
	if seq, ok := got.QuotedTCPSeq(); !ok || seq != 7 {
		t.Errorf("quoted sequence number %d, %v; want 7", seq, ok)
	}
}
