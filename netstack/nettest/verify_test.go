package nettest

import (
	"testing"

	"sallyport/netstack"
)

// TestVerifySums: the verifier sees every bit that a checksum covers.
func TestVerifySums(t *testing.T) {
	const a, b, a6, b6 = "10.1.0.5:40000", "1.1.1.1:443", "[2001:db8::5]:40000", "[2001:db8::1]:443"
	for name, p := range map[string]Packet{
		"tcp":      TCP(a, b, Payload(9)),
		"tcp6":     TCP(a6, b6, Payload(9), Extension(60, 0, 1, 4, 0, 0, 0, 0)),
		"udp":      UDP(a, b, Payload(9)),
		"udp6":     UDP(a6, b6, Payload(9)),
		"udplite":  UDPLite(a, b),
		"dccp":     DCCP(a6, b6, Payload(9)),
		"sctp":     SCTP(a, b, Payload(16)),
		"echo":     ICMPEcho("10.1.0.5", "1.1.1.1"),
		"echo6":    ICMPEcho("2001:db8::5", "2001:db8::1"),
		"error":    Unreachable("10.1.0.5", "1.1.1.1", 3, UDP(a, b)),
		"error6":   TooBig("2001:db8::5", "2001:db8::1", 1280, UDP(a6, b6)),
		"fragment": UDP(a, b, Payload(64), Fragment(24, 24, false, 1)),
	} {
		if err := VerifySums(p.Bytes, p.Offload); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		h := walk(p.Bytes)
		first, end := h.header, len(p.Bytes)
		if h.version == 4 {
			first = 8 // before are the lengths and what makes it a fragment
		}
		if h.fragment {
			end = h.header
		}
		for i := first; i < end; i++ {
			if broken := p.Mutate(func(b []byte) { b[i] ^= 0x10 }); i != 9 && VerifySums(broken.Bytes, p.Offload) == nil {
				t.Errorf("%s: byte %d may be anything", name, i)
			}
		}
	}
}

func TestVerifySumsSpecial(t *testing.T) {
	const a, b, a6, b6 = "10.1.0.5:40000", "1.1.1.1:443", "[2001:db8::5]:40000", "[2001:db8::1]:443"
	quoted := UDP(a, b).Mutate(func(b []byte) { b[8]-- })
	for _, c := range []struct {
		name   string
		packet Packet
		right  bool
	}{
		{"udp without", UDP(a, b, NoChecksum()), true},
		{"udp6 without", UDP(a6, b6, NoChecksum()), false},
		{"udplite without", UDPLite(a, b, NoChecksum()), false},
		{"partial", UDP(a, b, Partial(), Payload(5)), true},
		{"gso", TCP(a6, b6, GSO(10), Payload(55)), true},
		{"finished though partial", Packet{TCP(a, b).Bytes, TCP(a, b, Partial()).Offload}, false},
		{"partial though finished", Packet{TCP(a, b, Partial()).Bytes, netstack.Offload{}}, false},
		{"wrong quoted header", TimeExceeded("1.1.1.1", "10.1.0.5", quoted), false},
	} {
		if err := VerifySums(c.packet.Bytes, c.packet.Offload); (err == nil) != c.right {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestRepair(t *testing.T) {
	for name, p := range map[string]Packet{
		"tcp":   TCP("10.1.0.5:1", "1.1.1.1:2", Payload(9)),
		"gso":   TCP("10.1.0.5:1", "1.1.1.1:2", Payload(9), GSO(3)),
		"sctp":  SCTP("[2001:db8::5]:1", "[2001:db8::1]:2", Payload(9)),
		"error": Unreachable("10.1.0.5", "1.1.1.1", 3, UDP("1.1.1.1:5", "10.1.0.5:6")),
	} {
		broken := p.Mutate(func(b []byte) {
			if h := walk(b); h.version == 4 {
				b[8]--
			}
			b[len(b)-20]--
			b[len(b)-1]++
		})
		if VerifySums(broken.Bytes, broken.Offload) == nil && name != "gso" {
			t.Errorf("%s: is right though broken", name)
		}
		RepairHeaders(broken.Bytes)
		RepairMessage(broken.Bytes, broken.Offload)
		if err := VerifySums(broken.Bytes, broken.Offload); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCheckers: each of them can fail.
func TestCheckers(t *testing.T) {
	syn := TCP("10.1.0.5:1", "1.1.1.1:2", Flags("S"), Seq(7), TTL(63))
	udp := UDP("[2001:db8::5]:1", "[2001:db8::1]:2")
	unreachable := Unreachable("2001:db8::1", "2001:db8::5", 4, udp, Quote(48))
	for _, c := range []struct {
		name   string
		check  Checker
		packet Packet
		right  bool
	}{
		{"from", From("10.1.0.5:1"), syn, true},
		{"from another port", From("10.1.0.5:3"), syn, false},
		{"from another address", From("10.1.0.6:1"), syn, false},
		{"from, no ports", From("2001:db8::1"), unreachable, true},
		{"to", To("[2001:db8::1]:2"), udp, true},
		{"to another port", To("[2001:db8::1]:3"), udp, false},
		{"hops", Hops(63), syn, true},
		{"other hops", Hops(64), syn, false},
		{"other hops6", Hops(63), udp, false},
		{"segment", Segment("S", 7, 0), syn, true},
		{"other flags", Segment("SA", 7, 0), syn, false},
		{"other number", Segment("S", 8, 0), syn, false},
		{"no segment", Segment("S", 7, 0), udp, false},
		{"error", Error(1, 4, 0, udp, 48), unreachable, true},
		{"other code", Error(1, 3, 0, udp, 48), unreachable, false},
		{"other quotation", Error(1, 4, 0, syn, 40), unreachable, false},
		{"no error", Error(1, 4, 0, udp, 48), udp, false},
		{"sums", Sums, syn.Mutate(func(b []byte) { b[39]++ }), false},
	} {
		if err := c.check(c.packet); (err == nil) != c.right {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
