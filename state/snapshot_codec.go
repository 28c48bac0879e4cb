package state

import (
	"encoding/binary"
	"slices"

	"sallyport/netstack"
)

// codec moves fields between memory and bytes, in whichever direction it is set
// to: one list of fields serves for writing and for reading, so that the two
// cannot disagree.
type codec struct {
	buf     []byte // what is left to fill or to read
	reading bool
	fault   bool // a value was read that means nothing
}

// sizeOf returns how many bytes the fields take.
func sizeOf(fields func(*codec)) int {
	const plenty = 4096
	c := codec{buf: make([]byte, plenty)}
	fields(&c)
	return plenty - len(c.buf)
}

func (c *codec) take(n int) []byte {
	b := c.buf[:n]
	c.buf = c.buf[n:]
	return b
}

func u8[T ~uint8](c *codec, v *T) {
	if b := c.take(1); c.reading {
		*v = T(b[0])
	} else {
		b[0] = uint8(*v)
	}
}

func u16[T ~uint16](c *codec, v *T) {
	if b := c.take(2); c.reading {
		*v = T(binary.LittleEndian.Uint16(b))
	} else {
		binary.LittleEndian.PutUint16(b, uint16(*v))
	}
}

func u32[T ~uint32](c *codec, v *T) {
	if b := c.take(4); c.reading {
		*v = T(binary.LittleEndian.Uint32(b))
	} else {
		binary.LittleEndian.PutUint32(b, uint32(*v))
	}
}

func u64[T ~uint64 | ~int64](c *codec, v *T) {
	if b := c.take(8); c.reading {
		*v = T(binary.LittleEndian.Uint64(b))
	} else {
		binary.LittleEndian.PutUint64(b, uint64(*v))
	}
}

// word is a value as its place in list, in one byte.
func word[T comparable](c *codec, list []T, v *T) {
	i := uint8(slices.Index(list, *v))
	u8(c, &i)
	switch {
	case !c.reading:
	case int(i) < len(list):
		*v = list[i]
	default:
		c.fault = true
	}
}

// set is a set of single bits, list[i] as bit i of four bytes.
func set[T ~uint8 | ~uint16 | ~uint32](c *codec, list []T, v *T) {
	var saved uint32
	for i, bit := range list {
		if *v&bit != 0 {
			saved |= 1 << i
		}
	}
	if u32(c, &saved); !c.reading {
		return
	}
	*v, c.fault = 0, c.fault || saved>>len(list) != 0
	for i, bit := range list {
		if saved>>i&1 != 0 {
			*v |= bit
		}
	}
}

func addr(c *codec, a *netstack.Addr) {
	u64(c, &a.Hi)
	u64(c, &a.Lo)
}

func flow(c *codec, k *netstack.FlowKey) {
	addr(c, &k.Src)
	addr(c, &k.Dst)
	u16(c, &k.SrcPort)
	u16(c, &k.DstPort)
	u8(c, &k.Proto)
	u8(c, &k.In)
}
