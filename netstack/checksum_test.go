package netstack_test

import (
	"encoding/binary"
	"testing"

	. "sallyport/netstack"
	"sallyport/netstack/nettest"
)

func TestChecksumOK(t *testing.T) {
	vouched := nettest.TCP(in4, out4, nettest.WrongChecksum())
	vouched.Offload.Flags = DataValid
	home := addr(peer6).As16()
	mobile := nettest.Extension(43, append([]byte{2, 2, 1, 0, 0, 0, 0}, home[:]...)...)
	for _, c := range []struct {
		name   string
		packet nettest.Packet
		want   bool
	}{
		{"udp", nettest.UDP(in4, out4, nettest.Payload(9)), true},
		{"udp, bytes over", nettest.UDP(in4, out4, nettest.Payload(8), nettest.Trailer(1, 2, 3, 4)).MutateIPv4(set(3, 40)), true},
		{"udp wrong", nettest.UDP(in4, out4, nettest.WrongChecksum()), false},
		{"udp none", nettest.UDP(in4, out4, nettest.NoChecksum()), true},
		{"udp6 none", nettest.UDP(in6, out6, nettest.NoChecksum()), false},
		{"udp6 wrong", nettest.UDP(in6, out6, nettest.WrongChecksum()), false},
		{"tcp wrong", nettest.TCP(in4, out4, nettest.WrongChecksum()), false},
		{"tcp none", nettest.TCP(in6, out6, nettest.NoChecksum()), false},
		{"icmp wrong", nettest.ICMPEcho(host4, peer4, nettest.WrongChecksum()), false},
		{"icmpv6 wrong", nettest.ICMPEcho(host6, peer6, nettest.WrongChecksum()), false},
		{"the device vouches", vouched, true},
		{"partial", nettest.TCP(in4, out4, nettest.Partial(), nettest.Payload(9)), true},
		{"gso", nettest.TCP(in6, out6, nettest.GSO(4), nettest.Payload(9)), true},
		{"fragment", nettest.UDP(in4, out4, nettest.Payload(64), nettest.Fragment(0, 24, true, 1)), true},
		{"sctp wrong", nettest.SCTP(in4, out4, nettest.WrongChecksum()), true},
		{"udplite wrong", nettest.UDPLite(in4, out4, nettest.WrongChecksum()), true},
		{"dccp wrong", nettest.DCCP(in4, out4, nettest.WrongChecksum()), true},
		{"gre", nettest.IP(host4, peer4, GRE, nettest.Payload(9)), true},
		{"icmp over IPv6", nettest.IP(host6, peer6, ICMP, nettest.Payload(9)), true},
		{"to a mobile host's care-of address", nettest.UDP(in6, out6, mobile), true},
	} {
		packet := c.packet
		if c.name == "to a mobile host's care-of address" {
			// The sender sums with the home address, which is out6's, and sends elsewhere.
			packet = packet.Mutate(set(39, 0x77))
		}
		if got := packet.Parse(t, Inside).ChecksumOK(); got != c.want {
			t.Errorf("%s: got %v\n% x", c.name, got, packet.Bytes)
		}
	}
}

// TestFinishChecksum holds finished packets against those that never were partial.
func TestFinishChecksum(t *testing.T) {
	for _, m := range every {
		if m.name != "tcp" && m.name != "udp" {
			continue
		}
		for seed := range uint64(50) {
			v6 := seed%2 == 1
			r := seeded(seed)
			src, dst, payload := r.endpoint(v6), r.endpoint(v6), nettest.Payload(r.IntN(60))
			p := m.packet(src, dst, payload, nettest.Partial()).Parse(t, Inside)
			p.Finish()
			if got, want := nettest.Of(p.Frame), m.packet(src, dst, payload); string(got.Bytes) != string(want.Bytes) || got.Offload != want.Offload {
				t.Errorf("%s: got\n% x %+v, want\n% x", subtest(seed, m, v6), got.Bytes, got.Offload, want.Bytes)
			}
		}
	}
}

// TestFinishChecksumLeaves: what is not to be finished is not touched.
func TestFinishChecksumLeaves(t *testing.T) {
	outside := nettest.UDP(in4, out4, nettest.Partial())
	outside.Offload.CsumStart = 25
	for name, p := range map[string]nettest.Packet{
		"full":        nettest.TCP(in4, out4, nettest.WrongChecksum()),
		"gso":         nettest.TCP(in4, out4, nettest.GSO(10), nettest.Payload(50)),
		"out of it":   outside,
		"no checksum": nettest.UDP(in4, out4, nettest.NoChecksum()),
	} {
		f := p.Frame()
		f.FinishChecksum()
		if got := nettest.Of(f); string(got.Bytes) != string(p.Bytes) || got.Offload != p.Offload {
			t.Errorf("%s: got\n% x %+v, want\n% x %+v", name, got.Bytes, got.Offload, p.Bytes, p.Offload)
		}
	}
}

// A computed 0 is sent as 0xFFFF: one of all payload words makes it so.
func TestFinishChecksumNeverAbsent(t *testing.T) {
	p, f := nettest.UDP(in4, out4, nettest.Partial(), nettest.Payload(2)), NewFrame()
	for word := range 1 << 16 {
		p.Fill(f)
		binary.BigEndian.PutUint16(f.Bytes()[28:], uint16(word))
		f.FinishChecksum()
		if b := f.Bytes(); b[26] == 0 && b[27] == 0 {
			t.Fatalf("checksum 0 with payload %#04x", word)
		}
	}
}

func TestVirtioHeader(t *testing.T) {
	o := Offload{NeedsCsum, GSOTCPv4 | GSOECN, 0x1234, 0x5678, 0x9abc, 0xdef0}
	b := make([]byte, VirtioHeaderLen)
	o.Put(b)
	if b[0] != NeedsCsum || b[1] != GSOTCPv4|GSOECN {
		t.Errorf("flags and type: % x", b[:2])
	}
	got := Offload{Flags: 0xff, HdrLen: 1}
	if got.Get(b); got != o {
		t.Errorf("got %+v, want %+v", got, o)
	}
}
