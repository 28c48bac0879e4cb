package netstack

import (
	"encoding/binary"

	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// MaxDatagram is the largest datagram that fragments can make: in IPv6 the
// length that may be 65535 does not count the fixed header.
const MaxDatagram = header.IPv6MinimumSize + MaxPacket

// NewDatagramFrame returns an empty frame that can hold MaxDatagram bytes.
func NewDatagramFrame() *Frame { return newFrame(MaxDatagram) }

// Datagram names the datagram that the fragment p is of (RFC 791 3.2, RFC 8200
// 4.5) in the form of a flow, with the identification where the ports are. In
// IPv6 the fragments of one datagram may differ in the protocol that they say
// comes next, so it is no part of the name.
func (p *Packet) Datagram() FlowKey {
	k := p.Flow
	k.SrcPort, k.DstPort = uint16(p.Fragment.ID>>16), uint16(p.Fragment.ID)
	if p.Version == 6 {
		k.Proto = fragment
	}
	return k
}

// Piece is how the bytes of a fragment are laid out, for whoever keeps them.
type Piece struct {
	Offset uint16 // of its part in what the datagram carries, in bytes
	Data   uint16 // where its part starts in its own bytes
	Len    uint16 // all its bytes
	Last   bool
	named  uint16 // IPv6: where the byte is that names the fragment header
}

// Piece returns the layout of the fragment p.
func (p *Packet) Piece() Piece {
	return Piece{
		Offset: p.Fragment.Offset, Data: p.part, Len: uint16(p.Len()),
		Last: !p.Fragment.More, named: p.partNamed,
	}
}

// Size is how many bytes of the datagram the fragment carries.
func (q Piece) Size() int { return int(q.Len - q.Data) }

// Headers is how many bytes the datagram has in front of what its fragments
// carry, if q is the first of them: its headers, without a fragment header.
func (q Piece) Headers() int {
	if q.named == 0 {
		return int(q.Data)
	}
	return int(q.Data) - header.IPv6FragmentHeaderSize
}

// Fits reports whether a datagram whose first fragment is q may carry size
// bytes. Each fragment has been tested on its own, but the first may have
// longer headers than the one that was tested at the end.
func (q Piece) Fits(size int) bool {
	if q.named == 0 {
		return q.Headers()+size <= MaxPacket
	}
	return q.Headers()+size <= MaxDatagram
}

// Join makes f the datagram that carries size bytes and whose first fragment is
// q. f.Space starts with that fragment's headers; Join makes them the
// datagram's, and returns where the size bytes are to be put. f is of
// NewDatagramFrame, and q Fits size.
func (f *Frame) Join(q Piece, size int) []byte {
	n := q.Headers() + size
	f.SetLen(n)
	f.Offload = Offload{}
	b := f.Bytes()
	if q.named == 0 {
		place := binary.BigEndian.Uint16(b[ipv4Fragment:])
		addTo(b[ipv4Checksum:], put16(b[ipv4Fragment:], place&0xc000)) // all but more-to-come and offset
		addTo(b[ipv4Checksum:], put16(b[ipv4Length:], uint16(n)))
		return b[q.Headers():]
	}
	b[q.named] = f.Space()[q.Headers()] // what comes after the fragment header
	binary.BigEndian.PutUint16(b[ipv6Length:], uint16(n-header.IPv6MinimumSize))
	return b[q.Headers():]
}

// Imprint makes the fragment in f, which is as it came, one of the datagram p
// as p is now, rewritten: it takes p's addresses, in IPv4 its identification, and
// what it carries of p, and one hop more; its place, its size and the rest of its
// headers it keeps. q is its layout, and headers what Piece.Headers is of the
// datagram's first.
func (p *Packet) Imprint(f *Frame, q Piece, headers int) {
	b := f.Bytes()
	putAddresses(b, p.Version, &p.Flow, 0)
	if p.Version == 4 {
		identify(b, binary.BigEndian.Uint16(p.Bytes()[ipv4ID:]))
	}
	copy(b[q.Data:], p.Bytes()[headers+int(q.Offset):])
	addHop(b)
	f.Offload = Offload{}
}
