package netstack_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strconv"
	"testing"

	. "sallyport/netstack"
	"sallyport/netstack/nettest"
)

// merged is what a Coalescer makes of packets that leave together.
func merged(takes Offloads, packets ...nettest.Packet) (out []nettest.Packet) {
	var frames []*Frame
	for _, p := range packets {
		frames = append(frames, p.Frame())
	}
	for _, f := range NewCoalescer(takes).Merge(frames) {
		out = append(out, nettest.Of(f))
	}
	return out
}

// onWire is what a device sends of packets, super-packets taken apart.
func onWire(packets []nettest.Packet) (out []nettest.Packet) {
	for _, p := range packets {
		out = append(out, nettest.OnWire(p)...)
	}
	return out
}

// sameOnWire reports whether got is want, but for an identification that means
// nothing.
func sameOnWire(got, want nettest.Packet) bool {
	if len(got.Bytes) > 20 && got.Bytes[0]>>4 == 4 && got.Bytes[6]&0x40 != 0 && len(got.Bytes) == len(want.Bytes) {
		got = got.MutateIPv4(func(b []byte) { copy(b[4:6], want.Bytes[4:6]) })
	}
	return got.Offload == want.Offload && bytes.Equal(got.Bytes, want.Bytes)
}

// wantSegments wants packets to leave as super-packets of so many segments, and
// these to be the packets.
func wantSegments(t *testing.T, takes Offloads, packets []nettest.Packet, want ...int) {
	t.Helper()
	out := merged(takes, packets...)
	var got []int
	for _, p := range out {
		nettest.CheckSums(t, p.Bytes, p.Offload)
		view := p.Parse(t, Inside)
		if got = append(got, view.Segments()); view.Frame.Offload != p.Offload {
			t.Errorf("left with %+v, want %+v", p.Offload, view.Frame.Offload)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("left as %v segments, want %v", got, want)
	}
}

// wantSame wants the packets to be the same on the wire, in the same order.
func wantSame(t *testing.T, packets []nettest.Packet) {
	t.Helper()
	got, want := onWire(merged(TSO|USO, packets...)), onWire(packets)
	if len(got) != len(want) {
		t.Fatalf("%d packets left, want %d", len(got), len(want))
	}
	for i := range want {
		if !sameOnWire(got[i], want[i]) {
			t.Errorf("packet %d is\n% x, want\n% x", i, got[i].Bytes, want[i].Bytes)
		}
	}
}

// merging is packets of one flow in their order, and as how many segments they
// leave.
type merging struct {
	name    string
	packets []nettest.Packet
	want    []int
}

func run(t *testing.T, cases []merging) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			wantSegments(t, TSO|USO, c.packets, c.want...)
			wantSame(t, c.packets)
		})
	}
}

type packets = []nettest.Packet

// udp is a datagram of the flow that the cases are about.
func udp(id uint16, size int, with ...nettest.Option) nettest.Packet {
	return nettest.UDP(in4, out4, append(with, nettest.IPID(id), nettest.Payload(size))...)
}

func udp6(size int, with ...nettest.Option) nettest.Packet {
	return nettest.UDP(in6, out6, append(with, nettest.Payload(size))...)
}

func many(n int, make func(i int) nettest.Packet) (out packets) {
	for i := range n {
		out = append(out, make(i))
	}
	return out
}

func TestCoalesceSizes(t *testing.T) {
	run(t, []merging{
		{"alike", packets{udp(1, 20), udp(2, 20), udp(3, 20)}, []int{3}},
		{"last shorter", packets{udp(1, 20), udp(2, 20), udp(3, 19)}, []int{3}},
		{"shorter ends it", packets{udp(1, 20), udp(2, 19), udp(3, 19)}, []int{2, 1}},
		{"longer does not follow", packets{udp(1, 20), udp(2, 21), udp(3, 21)}, []int{1, 2}},
		{"one byte", packets{udp(1, 1), udp(2, 1)}, []int{2}},
		{"empty", packets{udp(1, 0), udp(2, 0)}, []int{1, 1}},
		{"empty follows", packets{udp(1, 9), udp(2, 9), udp(3, 0), udp(4, 9)}, []int{2, 1, 1}},
		{"as many as the kernel merges", many(65, func(i int) nettest.Packet { return udp(uint16(i), 64) }), []int{64, 1}},
		{"as large as a packet can be", many(48, func(i int) nettest.Packet { return udp(uint16(i), 1400) }), []int{46, 2}},
		{"to the last byte", packets{udp(1, 50000), udp(2, 65535-28-50000), udp(3, 1)}, []int{2, 1}},
		{"one byte too many", packets{udp(1, 50000), udp(2, 65536-28-50000)}, []int{1, 1}},
		{"IPv6 to the last byte", packets{udp6(50000), udp6(65535 - 48 - 50000)}, []int{2}},
		{"IPv6 one byte too many", packets{udp6(50000), udp6(65536 - 48 - 50000)}, []int{1, 1}},
	})
}

func TestCoalesceIPv4(t *testing.T) {
	df := nettest.DF()
	evil := func(p nettest.Packet) nettest.Packet { return p.MutateIPv4(func(b []byte) { b[6] |= 0x80 }) }
	run(t, []merging{
		{"identification wraps", packets{udp(65535, 9), udp(0, 9)}, []int{2}},
		{"identification skips", packets{udp(1, 9), udp(3, 9), udp(4, 9)}, []int{1, 2}},
		{"identification goes back", packets{udp(2, 9), udp(1, 9)}, []int{1, 1}},
		{"identification stays", packets{udp(1, 9), udp(1, 9)}, []int{1, 1}},
		{"stays, DF", packets{udp(0, 9, df), udp(0, 9, df), udp(0, 9, df)}, []int{3}},
		{"counts, DF", packets{udp(7, 9, df), udp(8, 9, df), udp(9, 9, df)}, []int{3}},
		{"skips, DF", packets{udp(7, 9, df), udp(9, 9, df)}, []int{1, 1}},
		{"stays, then counts", packets{udp(7, 9, df), udp(7, 9, df), udp(8, 9, df)}, []int{2, 1}},
		{"counts, then stays", packets{udp(7, 9, df), udp(8, 9, df), udp(8, 9, df)}, []int{2, 1}},
		{"counts, then back, DF", packets{udp(7, 9, df), udp(8, 9, df), udp(7, 9, df)}, []int{2, 1}},
		{"DF begins", packets{udp(1, 9), udp(2, 9, df)}, []int{1, 1}},
		{"DF ends", packets{udp(1, 9, df), udp(2, 9)}, []int{1, 1}},
		{"TTL", packets{udp(1, 9), udp(2, 9, nettest.TTL(63))}, []int{1, 1}},
		{"TOS", packets{udp(1, 9), udp(2, 9, nettest.TOS(1))}, []int{1, 1}},
		{"same TOS", packets{udp(1, 9, nettest.TOS(0xb9)), udp(2, 9, nettest.TOS(0xb9))}, []int{2}},
		{"options", packets{udp(1, 9, nettest.IPOptions(1)), udp(2, 9, nettest.IPOptions(1))}, []int{1, 1}},
		{"reserved flag", packets{evil(udp(1, 9)), evil(udp(2, 9))}, []int{1, 1}},
	})
}

func TestCoalesceIPv6(t *testing.T) {
	label := func(p nettest.Packet, n byte) nettest.Packet { return p.Mutate(set(3, n)) }
	padding := nettest.Extension(60, 0, 1, 4, 0, 0, 0, 0)
	run(t, []merging{
		{"alike", packets{udp6(9), udp6(9), udp6(8)}, []int{3}},
		{"flow label", packets{label(udp6(9), 1), label(udp6(9), 2)}, []int{1, 1}},
		{"same flow label", packets{label(udp6(9), 1), label(udp6(9), 1)}, []int{2}},
		{"traffic class", packets{udp6(9), udp6(9, nettest.TOS(16))}, []int{1, 1}},
		{"hop limit", packets{udp6(9), udp6(9, nettest.TTL(63))}, []int{1, 1}},
		{"extension headers", packets{udp6(9, padding), udp6(9, padding)}, []int{1, 1}},
	})
}

func TestCoalesceChecksums(t *testing.T) {
	none := nettest.NoChecksum()
	inner := udp(2, 40)
	inner.Offload = Offload{Flags: NeedsCsum, CsumStart: 34, CsumOffset: 6} // of a packet in a tunnel
	valid := udp(2, 9)
	valid.Offload.Flags = DataValid
	run(t, []merging{
		{"none", packets{udp(1, 9, none), udp(2, 9, none)}, []int{1, 1}},
		{"none follows", packets{udp(1, 9), udp(2, 9, none), udp(3, 9)}, []int{1, 1, 1}},
		{"left to the device", packets{udp(1, 9, nettest.Partial()), udp(2, 9, nettest.Partial())}, []int{2}},
		{"left to the device and full", packets{udp(1, 9, nettest.Partial()), udp(2, 9), udp(3, 9, nettest.Partial())}, []int{3}},
		{"vouched for", packets{udp(1, 9), valid}, []int{2}},
		{"left to the device inside a tunnel", packets{udp(1, 40), inner, udp(3, 40)}, []int{1, 1, 1}},
		{"options behind the payload", packets{udp(1, 9), surplus(udp(2, 9)), udp(3, 9)}, []int{1, 1, 1}},
	})
}

// surplus takes the last byte of a datagram out of its payload (RFC 9868).
func surplus(p nettest.Packet) nettest.Packet {
	return p.Mutate(func(b []byte) {
		binary.BigEndian.PutUint16(b[24:], uint16(len(b)-20-1))
		nettest.RepairMessage(b, Offload{})
	})
}

// A packet is not overtaken by one of its own flow, whatever is in between.
func TestCoalesceFlows(t *testing.T) {
	other := func(id uint16) nettest.Packet {
		return nettest.UDP(in4, "1.1.1.1:53", nettest.IPID(id), nettest.Payload(20))
	}
	flows := func(n int) packets {
		return many(2*n, func(i int) nettest.Packet {
			return nettest.UDP("10.1.0.5:"+strconv.Itoa(1000+i%n), out4, nettest.IPID(uint16(i/n)), nettest.Payload(20))
		})
	}
	fragment := nettest.UDP(in4, out4, nettest.Payload(64), nettest.Fragment(0, 32, true, 9))
	for _, c := range []merging{
		{"two in turn", packets{udp(1, 20), other(1), udp(2, 20), other(2)}, []int{2, 2}},
		{"reverse is another", packets{udp(1, 20), nettest.UDP(out4, in4, nettest.IPID(2), nettest.Payload(20))}, []int{1, 1}},
		{"TCP is another", packets{udp(1, 20), nettest.TCP(in4, out4, nettest.IPID(2), nettest.Payload(20))}, []int{1, 1}},
		{"another host", packets{udp(1, 20), nettest.UDP(in4, "1.1.1.2:443", nettest.IPID(2), nettest.Payload(20))}, []int{1, 1}},
		{"eight in turn", flows(8), []int{2, 2, 2, 2, 2, 2, 2, 2}},
		{"more in turn than are merged at a time", flows(9), []int{1, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1}},
		{"a fragment between", packets{udp(1, 20), fragment, udp(2, 20)}, []int{1, 1, 1}},
		{"an ICMP error between", packets{udp(1, 20), nettest.Unreachable(host4, peer4, 3, udp(9, 9)), udp(2, 20)}, []int{1, 1, 1}},
		{"a super-packet between", packets{udp(1, 20), udp(2, 60, nettest.GSO(20)), udp(5, 20), udp(6, 20)}, []int{1, 3, 2}},
	} {
		t.Run(c.name, func(t *testing.T) { wantSegments(t, TSO|USO, c.packets, c.want...) })
	}
}

// A device gets only the super-packets that it takes.
func TestCoalesceTakes(t *testing.T) {
	u, s := packets{udp(1, 20), udp(2, 20)}, packets{tcp(1, 20), tcp(21, 20)}
	wantSegments(t, USO, slices.Concat(u, s), 2, 1, 1)
	wantSegments(t, TSO, slices.Concat(u, s), 1, 1, 2)
	wantSegments(t, 0, slices.Concat(u, s), 1, 1, 1, 1)
}

// A packet that stays alone keeps the checksum that it came with.
func TestCoalesceLeavesTheLoneAlone(t *testing.T) {
	in := packets{udp(1, 20), udp(3, 20, nettest.Partial()), udp(5, 20)}
	for i, got := range merged(TSO|USO, in...) {
		if got.Offload != in[i].Offload || !bytes.Equal(got.Bytes, in[i].Bytes) {
			t.Errorf("packet %d is %+v\n% x, want %+v\n% x", i, got.Offload, got.Bytes, in[i].Offload, in[i].Bytes)
		}
	}
}
