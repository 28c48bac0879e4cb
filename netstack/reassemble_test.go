package netstack_test

import (
	"bytes"
	"testing"

	. "sallyport/netstack"
	"sallyport/netstack/nettest"
)

// assemble puts fragments together as whoever holds them does.
func assemble(t *testing.T, fragments []nettest.Packet) (*Frame, Piece) {
	t.Helper()
	f, size := NewDatagramFrame(), 0
	f.Offload = Offload{Flags: DataValid} // of what was in it before
	var first Piece
	for _, p := range fragments {
		q := p.Parse(t, Inside).Piece()
		if q.Offset == 0 {
			first = q
			copy(f.Space(), p.Bytes[:q.Data])
		}
		size += q.Size()
	}
	data := f.Join(first, size)
	for _, p := range fragments {
		q := p.Parse(t, Inside).Piece()
		copy(data[q.Offset:], p.Bytes[q.Data:q.Len])
	}
	return f, first
}

var chains = []nettest.Option{
	nettest.Extension(0, 0, 1, 4, 0, 0, 0, 0),  // hop-by-hop options: padding
	nettest.Extension(43, 0, 4, 0, 0, 0, 0, 0), // a routing header that has arrived
}

// TestJoin wants fragments to become the packet they were cut from.
func TestJoin(t *testing.T) {
	for _, c := range []struct {
		name  string
		whole nettest.Packet
	}{
		{"IPv4", nettest.UDP(in4, out4, nettest.Payload(1000))},
		{"IPv4 with DF", nettest.UDP(in4, out4, nettest.DF(), nettest.Payload(1000))},
		{"IPv4 with padding", nettest.TCP(in4, out4, nettest.IPOptions(1, 1, 1, 0), nettest.Payload(1000))},
		{"IPv6", nettest.UDP(in6, out6, nettest.Payload(1000))},
		{"IPv6 with headers", nettest.UDP(in6, out6, chains[0], chains[1], nettest.Payload(1000))},
		{"IPv6 with headers behind", nettest.UDP(in6, out6, chains[0], nettest.Extension(60, 0, 1, 4, 0, 0, 0, 0), nettest.Payload(1000))},
	} {
		t.Run(c.name, func(t *testing.T) {
			fragments := nettest.Split(c.whole, 104, 7)
			f, _ := assemble(t, fragments)
			want, err := nettest.Join(fragments)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(f.Bytes(), want.Bytes) {
				t.Errorf("got\n% x, want\n% x", f.Bytes(), want.Bytes)
			}
			if f.Offload != (Offload{}) {
				t.Errorf("offload %+v, want none: nobody vouches for the checksum of a whole", f.Offload)
			}
			if got := nettest.Of(f).Parse(t, Inside); got.Fragment != (Fragment{}) || !got.ChecksumOK() || got.Flow.SrcPort != 40000 {
				t.Errorf("%v, fragment %+v, checksum right %v", got.Flow, got.Fragment, got.ChecksumOK())
			}
		})
	}
}

// The largest datagrams: what counts in an IPv6 packet's length is not its
// fixed header.
func TestJoinTheLargest(t *testing.T) {
	for _, e := range [][2]string{{in4, out4}, {in6, out6}} {
		headers := map[bool]int{false: 20, true: 40}[e[0] == in6]
		most := map[bool]int{false: MaxPacket, true: MaxDatagram}[e[0] == in6]
		whole := nettest.UDP(e[0], e[1], nettest.Payload(most-headers-8))
		fragments := nettest.Split(whole, 1440, 7)
		f, first := assemble(t, fragments)
		if !first.Fits(most-headers) || first.Fits(most-headers+1) {
			t.Error("the most that fits is not the most that fits")
		}
		var p Packet
		if r := p.Parse(Inside, f); r != ReasonNone || p.Len() != most || !p.ChecksumOK() {
			t.Errorf("%v of %d bytes, checksum right %v", r, p.Len(), p.ChecksumOK())
		}
	}
}

// A first fragment with longer headers than the last can make too long what was
// short enough a fragment at a time.
func TestFirstsHeadersCount(t *testing.T) {
	long := nettest.UDP(in4, out4, nettest.IPOptions(make([]byte, 40)...), nettest.Payload(16), nettest.Fragment(0, 24, true, 1)).Parse(t, Inside).Piece()
	short := nettest.UDP(in4, out4, nettest.Payload(16), nettest.Fragment(0, 24, true, 1)).Parse(t, Inside).Piece()
	if !short.Fits(MaxPacket-20) || long.Fits(MaxPacket-20) || !long.Fits(MaxPacket-60) {
		t.Errorf("with 20 bytes of header %v, with 60 %v and %v", short.Fits(MaxPacket-20), long.Fits(MaxPacket-20), long.Fits(MaxPacket-60))
	}
}

// TestImprint wants the fragments of a rewritten datagram to be those of the
// datagram as it would have been sent between the new endpoints, a hop later.
func TestImprint(t *testing.T) {
	for _, m := range every {
		if len(m.with) > 0 {
			continue // what is left to the device is no fragment
		}
		for seed := range uint64(40) {
			v6 := seed%2 == 1
			r := seeded(seed)
			src, dst, newSrc, newDst := r.endpoint(v6), r.endpoint(v6), r.endpoint(v6), r.endpoint(v6)
			payload, size := nettest.Payload(100+r.IntN(3000)), 8*(3+r.IntN(100))
			fragments := nettest.Split(m.packet(src, dst, payload), size, 9)
			want := nettest.Split(m.packet(newSrc, newDst, payload, nettest.TTL(65)), size, 9)

			f, first := assemble(t, fragments)
			var p Packet
			if r := p.Parse(Inside, f); r != ReasonNone {
				t.Fatalf("%s: %v", subtest(seed, m, v6), r)
			}
			p.Rewrite(key(p.Flow, newSrc, newDst))
			for i, piece := range fragments {
				q, f := piece.Parse(t, Inside).Piece(), piece.Frame()
				f.Offload = Offload{Flags: DataValid}
				p.Imprint(f, q, first.Headers())
				if got := nettest.Of(f); got.Offload != (Offload{}) || !bytes.Equal(blank(got, v6), blank(want[i], v6)) {
					t.Fatalf("%s, fragment %d: got\n% x, want\n% x", subtest(seed, m, v6), i, got.Bytes, want[i].Bytes)
				}
				nettest.CheckSums(t, f.Bytes(), f.Offload)
				fragments[i] = nettest.Of(f)
			}
			whole, err := nettest.Join(fragments)
			if err != nil {
				t.Fatal(err)
			}
			nettest.CheckSums(t, whole.Bytes, whole.Offload)
		}
	}
}

func TestDatagramName(t *testing.T) {
	name := func(p nettest.Packet) FlowKey { return p.Parse(t, Inside).Datagram() }
	for _, e := range [][2]string{{in4, out4}, {in6, out6}} {
		cut := func(offset int, id uint32) nettest.Option { return nettest.Fragment(offset, 24, true, id) }
		first := name(nettest.TCP(e[0], e[1], nettest.Payload(80), cut(0, 0x1234)))
		if first.SrcPort != 0 || first.DstPort != 0x1234 {
			t.Errorf("identification %04x %04x, want 0000 1234", first.SrcPort, first.DstPort)
		}
		if got := name(nettest.TCP(e[0], e[1], nettest.Payload(80), cut(24, 0x1234))); got != first {
			t.Errorf("a later fragment is of %v, the first of %v", got, first)
		}
		if name(nettest.TCP(e[0], e[1], nettest.Payload(80), cut(24, 0x1235))) == first {
			t.Error("another identification is the same datagram")
		}
		udp := name(nettest.UDP(e[0], e[1], nettest.Payload(80), cut(24, 0x1234)))
		if (udp == first) != (e[0] == in6) {
			t.Errorf("%s: the protocol is part of the name: %v", e[0], udp != first)
		}
	}
}
