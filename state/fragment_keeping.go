package state

import (
	"bytes"

	"sallyport/netstack"
)

// keeping is the memory of a fragment store: the fragments as they came.
type keeping struct {
	pieces slab[piece, *piece]
	places index // pieces by datagram and offset
	blocks slab[block, *block]
	free   int // blocks that are not in use
	covers slab[cover, *cover]
	salt   hasher
}

// piece is a fragment that is held.
type piece struct {
	netstack.Piece
	datagram ref
	next     ref // of the same datagram, in no order; or the next free record
	bytes    ref // first block of them
}

func (p *piece) nextFree() *ref { return &p.next }

// blockSize is how much memory is given out at once. Small fragments waste
// most of it and are charged for it.
const blockSize = 256

type block struct {
	next  ref
	bytes [blockSize - 4]byte
}

func (b *block) nextFree() *ref { return &b.next }

// blocksFor is how many blocks a fragment takes.
func blocksFor(q netstack.Piece) int {
	return (int(q.Len) + len(block{}.bytes) - 1) / len(block{}.bytes)
}

func newKeeping(l FragmentLimits, salt hasher) keeping {
	n := l.MaxBytes / blockSize
	return keeping{
		pieces: newSlab[piece](n), // each takes a block or more
		places: newIndex(n),
		blocks: newSlab[block](n),
		free:   n,
		covers: newSlab[cover](l.MaxDatagrams),
		salt:   salt,
	}
}

// add keeps the fragment b of datagram r. There is room.
func (k *keeping) add(r ref, d *datagram, q netstack.Piece, b []byte) {
	n := k.pieces.take()
	*k.pieces.at(n) = piece{q, r, d.pieces, k.write(b)}
	d.pieces = n
	k.places.insert(k.hash(r, q.Offset), uint32(n))
	if d.cover == 0 {
		d.cover = k.covers.take()
		*k.covers.at(d.cover) = cover{}
	}
	k.covers.at(d.cover).add(unitsOf(q))
}

// find returns the fragment of datagram r that is at offset, 0 if none is.
func (k *keeping) find(r ref, offset uint16) ref {
	return k.places.find(k.hash(r, offset), func(n ref) bool {
		p := k.pieces.at(n)
		return p.datagram == r && p.Offset == offset
	})
}

func (k *keeping) hash(r ref, offset uint16) uint32 {
	h := fold(uint64(r)^k.salt[0], uint64(offset)^k.salt[1])
	return uint32(h ^ h>>32)
}

// same reports whether the fragment b is held already: the same place, and the
// same bytes there. Headers may differ: it may have come another way.
func (k *keeping) same(r ref, q netstack.Piece, b []byte) bool {
	n := k.find(r, q.Offset)
	if n == 0 {
		return false
	}
	p := k.pieces.at(n)
	if p.Size() != q.Size() || p.Last != q.Last {
		return false
	}
	want, same := b[q.Data:], true
	k.each(p, func(part []byte) {
		same = same && bytes.Equal(part, want[:len(part)])
		want = want[len(part):]
	})
	return same
}

// drop gives back the memory of piece n, which its datagram no longer has in
// its chain.
func (k *keeping) drop(n ref) {
	p := k.pieces.at(n)
	k.places.remove(k.hash(p.datagram, p.Offset), uint32(n))
	for b := p.bytes; b != 0; k.free++ {
		next := k.blocks.at(b).next
		k.blocks.put(b)
		b = next
	}
	k.pieces.put(n)
}

// empty gives back all that is kept of d.
func (k *keeping) empty(d *datagram) {
	for n := d.pieces; n != 0; {
		next := k.pieces.at(n).next
		k.drop(n)
		n = next
	}
	if d.cover != 0 {
		k.covers.put(d.cover)
	}
	d.pieces, d.cover, d.blocks = 0, 0, 0
}

// write fills blocks with b and returns the first. There are enough.
func (k *keeping) write(b []byte) (first ref) {
	for to := &first; len(b) > 0; k.free-- {
		*to = k.blocks.take()
		next := k.blocks.at(*to)
		b = b[copy(next.bytes[:], b):]
		next.next, to = 0, &next.next
	}
	return first
}

// read fills b with the first bytes of piece p.
func (k *keeping) read(p *piece, b []byte) {
	for at := p.bytes; len(b) > 0; {
		from := k.blocks.at(at)
		b, at = b[copy(b, from.bytes[:]):], from.next
	}
}

// each calls f for what piece p carries of its datagram, a block at a time.
func (k *keeping) each(p *piece, f func(part []byte)) {
	skip, left := int(p.Data), int(p.Len)
	for at := p.bytes; at != 0; at = k.blocks.at(at).next {
		part := k.blocks.at(at).bytes[:]
		part = part[:min(len(part), left)]
		left -= len(part)
		f(part[min(skip, len(part)):])
		skip -= min(skip, len(part))
	}
}
