package netstack_test

import (
	"testing"

	. "sallyport/netstack"
	"sallyport/netstack/nettest"
)

// TestParseResets: a view that has seen every other packet, good or bad, is the
// view that has seen none.
func TestParseResets(t *testing.T) {
	packets := varied()
	for name, first := range packets {
		for other, second := range packets {
			var used, fresh Packet
			f := first.Frame()
			used.Parse(Outside, f)
			second.Fill(f)
			r := used.Parse(Inside, f)
			second.Fill(f)
			if want := fresh.Parse(Inside, f); used != fresh || r != want {
				t.Errorf("%s after %s: %v %+v, want %v %+v", other, name, r, used, want, fresh)
			}
		}
	}
}

// varied is packets that set every field of a view, and some that fail late.
func varied() map[string]nettest.Packet {
	home := addr(peer6).As16()
	mobile := append([]byte{2, 2, 1, 0, 0, 0, 0}, home[:]...)
	tcp, udp6 := nettest.TCP(in4, out4, nettest.Flags("SU")), nettest.UDP(in6, out6, nettest.Payload(8))
	return map[string]nettest.Packet{
		"nothing":      {},
		"tcp":          tcp,
		"gso":          nettest.TCP(in6, out6, nettest.Flags("A"), nettest.Payload(99), nettest.GSO(40)),
		"udp6":         udp6,
		"mobile":       nettest.UDP(in6, out6, nettest.Extension(43, mobile...)),
		"echo":         nettest.ICMPEcho(host4, peer4, nettest.ID(9)),
		"error":        nettest.Unreachable(peer4, host4, 3, tcp),
		"error6":       nettest.TooBig(peer6, host6, 1280, udp6),
		"short error":  nettest.TooBig(peer6, host6, 1280, udp6, nettest.Quote(41)),
		"fragment":     nettest.TCP(in6, out6, nettest.Payload(64), nettest.Fragment(32, 32, true, 1<<31)),
		"sctp":         nettest.SCTP(in4, out4),
		"gre":          nettest.IP(host6, peer6, GRE),
		"bad header":   tcp.Mutate(set(32, 0x40)),
		"lying device": {Bytes: tcp.Bytes, Offload: Offload{Flags: NeedsCsum, GSOType: GSOTCPv6, GSOSize: 9}},
	}
}

func TestViewOfSuperPacket(t *testing.T) {
	for _, c := range []struct {
		name                string
		packet              nettest.Packet
		segments, wire, len int
	}{
		{"plain", nettest.TCP(in4, out4, nettest.Payload(100)), 1, 140, 140},
		{"three and a bit", nettest.TCP(in4, out4, nettest.Payload(100), nettest.GSO(30)), 4, 70, 140},
		{"exactly two", nettest.TCP(in6, out6, nettest.Payload(100), nettest.GSO(50)), 2, 110, 160},
		{"one", nettest.UDP(in4, out4, nettest.Payload(100), nettest.GSO(500)), 1, 128, 128},
		{"nothing", nettest.TCP(in4, out4, nettest.GSO(500)), 1, 40, 40},
	} {
		p := c.packet.Parse(t, Inside)
		if p.Segments() != c.segments || p.WireSize() != c.wire || p.Len() != c.len {
			t.Errorf("%s: %d segments up to %d bytes, %d in all; want %d, %d, %d",
				c.name, p.Segments(), p.WireSize(), p.Len(), c.segments, c.wire, c.len)
		}
	}
	lying := nettest.TCP(in4, out4, nettest.Payload(100), nettest.GSO(30))
	lying.Offload.HdrLen = 128
	if p := lying.Parse(t, Inside); p.Frame.Offload.HdrLen != 40 || p.WireSize() != 70 {
		t.Errorf("headers of %d bytes, %d on the wire; want 40, 70", p.Frame.Offload.HdrLen, p.WireSize())
	}
	// The kernel refuses headers that are longer than the packet.
	plain := nettest.TCP(in4, out4)
	plain.Offload = Offload{HdrLen: 128, GSOSize: 30}
	if p := plain.Parse(t, Inside); p.Frame.Offload != (Offload{}) {
		t.Errorf("an ordinary packet has %+v", p.Frame.Offload)
	}
}

func TestViewLengths(t *testing.T) {
	p := nettest.TCP(in4, out4, nettest.TCPOptions(2, 4, 5, 180), nettest.Payload(7), nettest.Trailer(0, 0, 0)).Parse(t, Inside)
	if p.Len() != 20+24+7 || len(p.Bytes()) != p.Len() || p.PayloadLen() != 7 || p.Transport != 20 || p.Payload != 44 {
		t.Errorf("%d bytes, %d of payload from %d, transport from %d", p.Len(), p.PayloadLen(), p.Payload, p.Transport)
	}
	if got := p.TCP().Options(); len(got) != 4 || got[0] != 2 {
		t.Errorf("options % x", got)
	}
	u := nettest.UDP(in6, out6, nettest.Payload(5)).Parse(t, Inside)
	if u.PayloadLen() != 5 || u.UDP().Length() != 13 || len(u.UDP().Payload()) != 5 {
		t.Errorf("%d bytes of payload, length %d", u.PayloadLen(), u.UDP().Length())
	}
}

func TestAddHop(t *testing.T) {
	for _, e := range [][2]string{{in4, out4}, {in6, out6}} {
		for _, hops := range []uint8{0, 1, 63, 127, 254, 255} {
			p := nettest.UDP(e[0], e[1], nettest.TTL(hops)).Parse(t, Inside)
			p.AddHop()
			want := max(hops, hops+1)
			nettest.Check(t, nettest.Of(p.Frame), nettest.Hops(want))
			if p.TTL() != want {
				t.Errorf("TTL %d after %d", p.TTL(), hops)
			}
		}
	}
}

func TestDontFragment(t *testing.T) {
	for _, c := range []struct {
		packet nettest.Packet
		want   bool
	}{
		{nettest.UDP(in4, out4), false},
		{nettest.UDP(in4, out4, nettest.DF()), true},
		{nettest.UDP(in6, out6), true},
	} {
		if got := c.packet.Parse(t, Inside).DontFragment(); got != c.want {
			t.Errorf("%v: got %v", c.packet.Bytes[:8], got)
		}
	}
}
