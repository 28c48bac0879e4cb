package netstack_test

import (
	"testing"

	. "sallyport/netstack"
	"sallyport/netstack/nettest"
)

func TestParseFragments(t *testing.T) {
	for _, e := range [][2]string{{in4, out4}, {in6, out6}} {
		fragment := func(offset, size int, more bool, with ...nettest.Option) nettest.Packet {
			return nettest.TCP(e[0], e[1], append(with, nettest.Payload(100), nettest.Fragment(offset, size, more, 0x1234))...)
		}
		huge := func(offset, size int) nettest.Packet {
			return nettest.TCP(e[0], e[1], nettest.Payload(65000), nettest.Fragment(0, size, false, 1)).MutateIPv4(func(b []byte) {
				if b[0]>>4 == 4 {
					b[6], b[7] = byte(offset/8>>8), byte(offset/8)
				} else {
					b[42], b[43] = byte(offset>>8), byte(offset)
				}
			})
		}
		most := map[bool]int{false: 65535 - 20, true: 65535}[e[0] == in6]
		rejects(t, []rejection{
			{"first", fragment(0, 24, true), ReasonNone},
			{"middle", fragment(24, 24, true), ReasonNone},
			{"last", fragment(96, 24, false), ReasonNone},
			{"first without the whole header", fragment(0, 16, true), FragShort},
			{"first without the options", fragment(0, 24, true, nettest.TCPOptions(2, 4, 5, 180, 1, 1, 1, 1)), FragShort},
			{"at the first's flags", fragment(8, 24, true), FragShort},
			{"21 bytes and more to come", fragment(24, 21, true), FragBadLength},
			{"nothing and more to come", fragment(24, 0, true), FragBadLength},
			{"up to the most", huge(64000, most-64000), ReasonNone},
			{"beyond the most", huge(64000, most-64000+1), FragTooBig},
		})
	}
	first := nettest.Extension(60, 2, 1, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	rejects(t, []rejection{
		{"header chain beyond the first", nettest.IP(host6, peer6, 60, nettest.PayloadBytes([]byte{6, 4, 1, 0, 0, 0, 0, 0}), nettest.Fragment(0, 8, true, 1)), FragShort},
		{"behind other headers", nettest.UDP(in6, out6, first, nettest.Payload(8), nettest.Fragment(0, 8, true, 1)), ReasonNone},
		{"fragment of a fragment", nettest.UDP(in6, out6, nettest.Extension(44, 0, 0, 0, 0, 0, 0, 1), nettest.Payload(8), nettest.Fragment(0, 16, false, 1)), BadHeader},
		{"udp first, length beyond it", nettest.UDP(in4, out4, nettest.Payload(100), nettest.Fragment(0, 16, true, 1)), ReasonNone},
	})
}

// TestS22TwentyFourBytes: FireWall-1 looked at the length of the first fragment of
// a TCP segment, not at what its header says that it has.
func TestS22TwentyFourBytes(t *testing.T) {
	options := nettest.TCPOptions(2, 4, 5, 180, 1, 1, 1, 1)
	for size, want := range map[int][2]Reason{16: {FragShort, FragShort}, 24: {FragShort, ReasonNone}, 32: {ReasonNone, ReasonNone}} {
		f := nettest.TCP(in4, out4, options, nettest.Payload(100), nettest.Fragment(0, size, true, 1)).Frame()
		var p Packet
		if got := [2]Reason{p.Parse(Inside, f), p.ParseTwentyFour(Inside, f)}; got != want {
			t.Errorf("a first fragment of %d bytes: %v, want %v", size, got, want)
		}
	}
	var p Packet
	if r := p.ParseTwentyFour(Inside, nettest.TCP(in4, out4, options).Cut(44).MutateIPv4(func(b []byte) { b[3] = 44 }).Frame()); r != Short {
		t.Errorf("a whole segment cut to 24 bytes: %v, want %v", r, Short)
	}
}

func TestFragmentView(t *testing.T) {
	for _, e := range [][2]string{{in4, out4}, {in6, out6}} {
		p := nettest.UDP(e[0], e[1], nettest.Payload(80), nettest.Fragment(48, 16, true, 0x1234)).Parse(t, Inside)
		if want := (Fragment{Is: true, More: true, Offset: 48, ID: 0x1234}); p.Fragment != want {
			t.Errorf("got %+v, want %+v", p.Fragment, want)
		}
		if p.Flow.SrcPort != 0 || p.Flow.DstPort != 0 || p.Flow.Proto != UDP || p.PayloadLen() != 16 {
			t.Errorf("later fragment has flow %v and %d bytes", p.Flow, p.PayloadLen())
		}
		first := nettest.UDP(e[0], e[1], nettest.Payload(80), nettest.Fragment(0, 16, true, 7)).Parse(t, Inside)
		if want := (Fragment{Is: true, More: true, ID: 7}); first.Fragment != want || first.Flow.SrcPort != 40000 {
			t.Errorf("first fragment %+v of %v", first.Fragment, first.Flow)
		}
	}
	atomic := nettest.UDP(in6, out6, nettest.Extension(44, 0, 0, 0, 1, 2, 3, 4)).Parse(t, Inside)
	if atomic.Fragment != (Fragment{}) || atomic.Flow.DstPort != 443 {
		t.Errorf("a datagram in one fragment is %+v of %v", atomic.Fragment, atomic.Flow)
	}
}
