package nettest

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// Split cuts a whole packet, as a router or its sender does, into fragments
// with size bytes each, a multiple of 8, and the last with what is left.
func Split(p Packet, size int, id uint32) (out []Packet) {
	at, end := unfragmentable(p.Bytes), len(p.Bytes)
	for offset := 0; at+offset < end; offset += size {
		data := p.Bytes[at+offset : min(at+offset+size, end)]
		out = append(out, Piece(p, offset, data, at+offset+size < end, id))
	}
	return out
}

// Piece is a fragment of the whole packet p, at this offset, that carries data,
// which may or may not be what p has there.
func Piece(p Packet, offset int, data []byte, more bool, id uint32) Packet {
	at := unfragmentable(p.Bytes)
	place := uint16(offset)
	if more {
		place |= 1
	}
	if p.Bytes[0]>>4 == 4 {
		f := Packet{Bytes: append(slices.Clone(p.Bytes[:at]), data...)}
		return f.MutateIPv4(func(b []byte) {
			flags := binary.BigEndian.Uint16(b[6:]) & 0xc000
			binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
			binary.BigEndian.PutUint16(b[4:], uint16(id))
			binary.BigEndian.PutUint16(b[6:], flags|place&1<<13|place>>3)
		})
	}
	b := slices.Clone(p.Bytes[:at])
	named := lastNamed(b)
	next := b[named]
	b[named] = 44
	b = binary.BigEndian.AppendUint16(append(b, next, 0), place)
	b = append(binary.BigEndian.AppendUint32(b, id), data...)
	binary.BigEndian.PutUint16(b[4:], uint16(len(b)-40))
	return Packet{Bytes: b}
}

// unfragmentable is how many bytes of a whole packet every fragment repeats: in
// IPv6, the headers up to a routing header (RFC 8200 4.5).
func unfragmentable(b []byte) int {
	if b[0]>>4 == 4 {
		return int(b[0]&15) * 4
	}
	at := 40
	for next := b[6]; next == 0 || next == 43; {
		next, at = b[at], at+8+8*int(b[at+1])
	}
	return at
}

// lastNamed is where b, the headers that every IPv6 fragment repeats, says what
// comes next.
func lastNamed(b []byte) int {
	named := 6
	for at := 40; at < len(b); at += 8 + 8*int(b[at+1]) {
		named = at
	}
	return named
}

// Join puts fragments together again, a byte at a time: the slow twin of
// everything that reassembles. The headers are the first fragment's. It says
// what is missing, what came twice, and what is not of the same datagram.
func Join(fragments []Packet) (Packet, error) {
	whole := make(map[int]byte)
	var headers []byte
	end := -1
	for _, f := range fragments {
		h, offset, more, data := takeApart(f.Bytes)
		if offset == 0 {
			headers = h
		}
		for i, x := range data {
			if _, ok := whole[offset+i]; ok {
				return Packet{}, fmt.Errorf("byte %d came twice", offset+i)
			}
			whole[offset+i] = x
		}
		if !more {
			end = offset + len(data)
		}
	}
	if end < 0 || headers == nil || len(whole) != end {
		return Packet{}, fmt.Errorf("%d bytes of %d, first fragment %v", len(whole), end, headers != nil)
	}
	b := headers
	for i := range end {
		b = append(b, whole[i])
	}
	return Packet{Bytes: sized(b)}, nil
}

// takeApart returns the headers that a datagram would have, and what the
// fragment b is of it.
func takeApart(b []byte) (headers []byte, offset int, more bool, data []byte) {
	if b[0]>>4 == 4 {
		at, place := int(b[0]&15)*4, binary.BigEndian.Uint16(b[6:])
		headers = slices.Clone(b[:at])
		binary.BigEndian.PutUint16(headers[6:], place&0xc000)
		return headers, int(place&0x1fff) * 8, place&0x2000 != 0, b[at:]
	}
	at, named := 40, 6
	for b[named] != 44 {
		named, at = at, at+8+8*int(b[at+1])
	}
	place := binary.BigEndian.Uint16(b[at+2:])
	headers = slices.Clone(b[:at])
	headers[named] = b[at]
	return headers, int(place &^ 7), place&1 != 0, b[at+8:]
}

// sized puts the length of a packet, and IPv4's header checksum, right.
func sized(b []byte) []byte {
	if b[0]>>4 == 6 {
		binary.BigEndian.PutUint16(b[4:], uint16(len(b)-40))
		return b
	}
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	b[10], b[11] = 0, 0
	binary.BigEndian.PutUint16(b[10:], ^sum(b[:int(b[0]&15)*4]))
	return b
}
