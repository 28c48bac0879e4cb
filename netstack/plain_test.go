package netstack_test

import (
	"bytes"
	"testing"

	. "sallyport/netstack"
	"sallyport/netstack/nettest"
)

// ordinary are packets that are plain, or were but for one thing.
func ordinary() []nettest.Packet {
	udp := nettest.UDP(in4, out4, nettest.Payload(40))
	return []nettest.Packet{
		udp,
		nettest.UDP(in4, out4),
		nettest.UDP(in4, out4, nettest.Payload(9), nettest.NoChecksum()),
		nettest.UDP(in4, out4, nettest.Payload(9), nettest.Partial()),
		nettest.UDP(in4, out4, nettest.Payload(99), nettest.Fragment(0, 64, true, 7)),
		nettest.UDP(in4, out4, nettest.Payload(99), nettest.Fragment(64, 35, false, 7)),
		nettest.TCP(in4, out4, nettest.Flags("PA"), nettest.Payload(100), nettest.DF()),
		nettest.TCP(in4, out4, nettest.Flags("A"), nettest.Partial(), nettest.TTL(255)),
		nettest.TCP(in4, out4, nettest.Flags("S"), nettest.TCPOptions(2, 4, 5, 180)),
		nettest.TCP(in4, out4, nettest.Flags("A"), nettest.Payload(99), nettest.GSO(40)),
		nettest.TCP(in4, out4, nettest.IPOptions(1, 1, 1, 0)),
		nettest.UDP("10.1.0.5:20", out4, nettest.IPOptions(0, 0, 0, 0), nettest.Payload(40)), // a length where the port is
		nettest.UDP(in4, in4),
		nettest.ICMPEcho(host4, peer4),
		{Bytes: udp.Bytes, Offload: Offload{Flags: NeedsCsum, CsumStart: 28, CsumOffset: 6, HdrLen: 28}},
		{Bytes: udp.Bytes, Offload: Offload{Flags: DataValid, HdrLen: 1, GSOSize: 2}},
	}
}

// TestPlainIsAny damages ordinary packets and wants those that the way of plain
// packets takes to be what they are by the way of any packet, and to leave alike.
func TestPlainIsAny(t *testing.T) {
	taken, plain, any := map[Protocol]int{}, NewFrame(), NewFrame()
	for seed := range uint64(200) {
		r := seeded(seed)
		for _, p := range ordinary() {
			for range r.IntN(4) {
				p = p.Mutate(func(b []byte) { b[r.IntN(min(len(b), 44))] = r.byte() })
			}
			p.Bytes = append(p.Bytes, make([]byte, r.IntN(3))...)
			if r.IntN(5) == 0 {
				p.Bytes = p.Bytes[:r.IntN(len(p.Bytes))]
			}
			if r.IntN(8) > 0 {
				nettest.RepairHeaders(p.Bytes)
			}
			p.Fill(plain)
			p.Fill(any)
			if bothWays(t, plain, any) {
				taken[Protocol(p.Bytes[9])]++
			}
		}
	}
	if len(taken) != 2 || taken[TCP] < 200 || taken[UDP] < 200 {
		t.Errorf("plain were %v, want several of TCP and UDP, and of nothing else", taken)
	}
}

// bothWays holds the two ways against each other, each with a frame of its own that
// holds the same packet. It reports whether that is plain.
func bothWays(t *testing.T, plain, any *Frame) bool {
	t.Helper()
	var p, q Packet
	before := nettest.Of(plain)
	if !p.ParsePlain(Inside, plain) {
		if after := nettest.Of(plain); !bytes.Equal(after.Bytes, before.Bytes) || after.Offload != before.Offload || p != (Packet{}) {
			t.Errorf("not plain, and changed:\n% x %+v", after.Bytes, after.Offload)
		}
		return false
	}
	if r := q.ParseAny(Inside, any); r != ReasonNone {
		t.Errorf("plain, but refused: %v\n% x", r, before.Bytes)
		return true
	}
	same(t, p, q)
	to := away(p.Flow, 4)
	p.Forward(&to)
	q.Forward(&to)
	same(t, p, q)
	p.Forward(&to)
	q.Forward(&to)
	same(t, p, q)
	return true
}

// same wants two views and their frames to be the same, but that p is plain.
func same(t *testing.T, p, q Packet) {
	t.Helper()
	a, b := nettest.Of(p.Frame), nettest.Of(q.Frame)
	if !bytes.Equal(a.Bytes, b.Bytes) || a.Offload != b.Offload {
		t.Errorf("plain\n% x %+v\nany\n% x %+v", a.Bytes, a.Offload, b.Bytes, b.Offload)
	}
	q.Frame = p.Frame
	q.Plain(true)
	if p != q {
		t.Errorf("plain\n%+v\nany\n%+v\n% x", p, q, a.Bytes)
	}
}

// TestForward wants a packet to leave as one that was sent a hop later between
// the new endpoints.
func TestForward(t *testing.T) {
	for _, m := range every {
		for seed := range uint64(100) {
			v6, r := seed%2 == 1, seeded(seed)
			src, dst, newSrc, newDst := r.endpoint(v6), r.endpoint(v6), r.endpoint(v6), r.endpoint(v6)
			if r.IntN(3) == 0 {
				newSrc, newDst = src, dst
			}
			payload := nettest.Payload(r.IntN(50))
			p := m.packet(src, dst, payload, nettest.TTL(64)).Parse(t, Inside)
			want := m.packet(newSrc, newDst, payload, nettest.TTL(65))
			to := key(p.Flow, newSrc, newDst)
			p.Forward(&to)
			got := nettest.Of(p.Frame)
			if !bytes.Equal(blank(got, v6), blank(want, v6)) || got.Offload != want.Offload || p.Flow != to {
				t.Errorf("%s: got\n% x %+v, want\n% x %+v", subtest(seed, m, v6), got.Bytes, got.Offload, want.Bytes, want.Offload)
			}
			if err := nettest.VerifySums(got.Bytes, got.Offload); err != nil {
				t.Errorf("%s: %v", subtest(seed, m, v6), err)
			}
		}
	}
}
