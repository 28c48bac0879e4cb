package nettest

import (
	"encoding/binary"
	"slices"
	"testing"

	"sallyport/netstack"
)

// Packet is a packet as it is on a device: its bytes from the IP header on, and
// what the device says about it.
type Packet struct {
	Bytes   []byte
	Offload netstack.Offload
}

// Of returns a copy of what is in f.
func Of(f *netstack.Frame) Packet {
	return Packet{slices.Clone(f.Bytes()), f.Offload}
}

// Frame returns a new frame with the packet in it.
func (p Packet) Frame() *netstack.Frame {
	f := netstack.NewFrame()
	p.Fill(f)
	return f
}

// Fill puts a copy of the packet into f.
func (p Packet) Fill(f *netstack.Frame) {
	f.SetLen(copy(f.Space(), p.Bytes))
	f.Offload = p.Offload
}

// Parse returns the view of the packet as it arrives on side in, and fails the
// test if netstack refuses it.
func (p Packet) Parse(t testing.TB, in netstack.Side) *netstack.Packet {
	t.Helper()
	var view netstack.Packet
	if r := view.Parse(in, p.Frame()); r != netstack.ReasonNone {
		t.Fatalf("nettest: parse: %v\n% x", r, p.Bytes)
	}
	return &view
}

// Mutate returns a copy of the packet that f has changed; no checksum is put
// right afterwards.
func (p Packet) Mutate(f func(b []byte)) Packet {
	p.Bytes = slices.Clone(p.Bytes)
	f(p.Bytes)
	return p
}

// MutateIPv4 is Mutate for a field of the IPv4 header, whose checksum is then
// put right.
func (p Packet) MutateIPv4(f func(b []byte)) Packet {
	return p.Mutate(func(b []byte) {
		f(b)
		b[10], b[11] = 0, 0
		binary.BigEndian.PutUint16(b[10:], ^sum(b[:min(len(b), int(b[0]&15)*4)]))
	})
}

// Cut returns the packet's first n bytes.
func (p Packet) Cut(n int) Packet {
	p.Bytes = p.Bytes[:n:n]
	return p
}
