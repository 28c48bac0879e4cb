package state

import "sallyport/netstack"

// cover has a bit for each unit of eight bytes that has come of a datagram.
type cover struct {
	free  ref
	units [(netstack.MaxPacket + 1) / 8 / 64]uint64
}

func (c *cover) nextFree() *ref { return &c.free }

// unitsOf returns the first unit of a piece and the one after its last. What
// follows the last fragment's last byte in its unit nobody else may have.
func unitsOf(q netstack.Piece) (from, to int) { return int(q.Offset) / 8, int(end(q)+7) / 8 }

func (k *keeping) covered(d *datagram, q netstack.Piece) bool {
	from, to := unitsOf(q)
	return d.cover != 0 && k.covers.at(d.cover).meets(from, to)
}

// meets reports whether the cover has a unit from from up to but not to.
func (c *cover) meets(from, to int) bool {
	for ; from < to; from = from&^63 + 64 {
		if c.units[from/64]&mask(from, to) != 0 {
			return true
		}
	}
	return false
}

func (c *cover) add(from, to int) {
	for ; from < to; from = from&^63 + 64 {
		c.units[from/64] |= mask(from, to)
	}
}

// mask has the bits of the units from from up to but not to that are in from's
// word.
func mask(from, to int) uint64 {
	m := ^uint64(0) << (from & 63)
	if to < from&^63+64 {
		m &= 1<<(to&63) - 1
	}
	return m
}
