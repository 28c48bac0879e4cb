package nettest

import (
	"encoding/binary"
	"slices"

	"sallyport/netstack"
)

// OnWire takes a super-packet apart as Linux does that sends one, a byte at a
// time: the slow twin of everything that merges packets. Identifications of IPv4
// and sequence numbers of TCP count on from the first; FIN and PSH are the last
// segment's, CWR is the first's. What is no super-packet comes back alone. What
// was left to the device is finished.
func OnWire(p Packet) (out []Packet) {
	h := walk(p.Bytes)
	if !p.Offload.GSO() {
		return []Packet{finished(p, h.header)}
	}
	start, size := h.header+8, int(p.Offload.GSOSize)
	if h.proto == netstack.TCP {
		start = h.header + int(p.Bytes[h.header+12]>>4)*4
	}
	for at := start; at < len(p.Bytes); at += size {
		end := min(at+size, len(p.Bytes))
		b := append(slices.Clone(p.Bytes[:start]), p.Bytes[at:end]...)
		h.renumber(b, (at-start)/size, at-start, end == len(p.Bytes))
		RepairMessage(sized(b), netstack.Offload{})
		out = append(out, Packet{Bytes: b})
	}
	return out
}

// renumber makes b the segment number i, whose payload starts at offset.
func (h *header) renumber(b []byte, i, offset int, last bool) {
	if h.version == 4 {
		binary.BigEndian.PutUint16(b[4:], binary.BigEndian.Uint16(b[4:])+uint16(i))
	}
	t := b[h.header:]
	if h.proto == netstack.UDP {
		binary.BigEndian.PutUint16(t[4:], uint16(len(t)))
		return
	}
	const fin, psh, cwr = 1, 8, 128
	binary.BigEndian.PutUint32(t[4:], binary.BigEndian.Uint32(t[4:])+uint32(offset))
	if !last {
		t[13] &^= fin | psh
	}
	if i > 0 {
		t[13] &^= cwr
	}
}

// finished is p with the checksum that was left to the device, if it is that of
// the message that starts at start, and not of one inside a tunnel.
func finished(p Packet, start int) Packet {
	switch {
	case !p.Offload.Partial():
		return Packet{Bytes: p.Bytes}
	case int(p.Offload.CsumStart) != start:
		return p
	}
	return Packet{Bytes: p.Mutate(func(b []byte) { RepairMessage(b, netstack.Offload{}) }).Bytes}
}
