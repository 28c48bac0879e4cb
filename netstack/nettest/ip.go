package nettest

import (
	"encoding/binary"

	"sallyport/netstack"
)

// message is the transport header and payload with its checksum.
func (t *template) message() []byte {
	b := t.transport(t)
	if t.fragment != nil {
		return b
	}
	return t.summed(b)
}

// summed fills in a whole message's checksum.
func (t *template) summed(b []byte) []byte {
	at := checksumAt(t.proto)
	if at == 0 || len(b) < at+2 || t.checksum == noChecksum {
		return b
	}
	if t.proto == netstack.SCTP {
		copy(b[at:], crc(b))
	} else {
		binary.BigEndian.PutUint16(b[at:], t.checksumOf(b))
	}
	if t.checksum == wrongChecksum {
		b[at] ^= 0x55
	}
	return b
}

func (t *template) checksumOf(b []byte) uint16 {
	src, dst := t.src.Addr(), t.dst.Addr()
	if t.checksum == partialChecksum {
		return sum(pseudoHeader(src, dst, t.proto, len(b)))
	}
	c := ^messageSum(src, dst, t.proto, b)
	if c == 0 && (t.proto == netstack.UDP || t.proto == netstack.UDPLite) {
		return 0xffff
	}
	return c
}

// offload says what a device would of a message that starts at start.
func (t *template) offload(start int, b []byte) (o netstack.Offload) {
	if t.checksum != partialChecksum {
		return o
	}
	o.Flags, o.CsumStart, o.CsumOffset = netstack.NeedsCsum, uint16(start), uint16(checksumAt(t.proto))
	if t.gsoSize == 0 {
		return o
	}
	o.GSOSize, o.GSOType = t.gsoSize, netstack.GSOUDPL4
	o.HdrLen = uint16(start + 8)
	if t.proto == netstack.TCP {
		o.HdrLen = uint16(start + int(b[12]>>4)*4)
		o.GSOType = map[bool]uint8{true: netstack.GSOTCPv4, false: netstack.GSOTCPv6}[t.src.Addr().Is4()]
	}
	return o
}

func (t *template) build4() Packet {
	b := append(make([]byte, 20), t.ipOptions...)
	size := len(b)
	message := t.message()
	b[0], b[1] = 0x40|byte(size/4), t.tos
	binary.BigEndian.PutUint16(b[2:], uint16(size+len(message)))
	binary.BigEndian.PutUint16(b[4:], t.id)
	binary.BigEndian.PutUint16(b[6:], t.fragmentField4(b))
	b[8], b[9] = t.ttl, byte(t.proto)
	copy(b[12:], t.src.Addr().AsSlice())
	copy(b[16:], t.dst.Addr().AsSlice())
	binary.BigEndian.PutUint16(b[10:], ^sum(b))
	return Packet{append(append(b, message...), t.trailer...), t.offload(size, message)}
}

// fragmentField4 is the word with the flags; a fragment's id goes into b.
func (t *template) fragmentField4(b []byte) (word uint16) {
	if t.df {
		word |= 0x4000
	}
	if t.fragment == nil {
		return word
	}
	binary.BigEndian.PutUint16(b[4:], uint16(t.fragment.id))
	if t.fragment.more {
		word |= 0x2000
	}
	return word | uint16(t.fragment.offset/8)
}

func (t *template) build6() Packet {
	headers := t.headers6()
	message := t.message()
	b := make([]byte, 8, 40+len(headers)+len(message))
	binary.BigEndian.PutUint32(b, 6<<28|uint32(t.tos)<<20)
	binary.BigEndian.PutUint16(b[4:], uint16(len(headers)+len(message)))
	b[6], b[7] = byte(t.first()), t.ttl
	b = append(append(b, t.src.Addr().AsSlice()...), t.dst.Addr().AsSlice()...)
	b = append(b, headers...)
	size := len(b)
	return Packet{append(append(b, message...), t.trailer...), t.offload(size, message)}
}

// chain is every extension header of the packet.
func (t *template) chain() []extension {
	if t.fragment == nil {
		return t.extensions
	}
	f := binary.BigEndian.AppendUint16([]byte{0}, uint16(t.fragment.offset))
	if t.fragment.more {
		f[2] |= 1
	}
	return append(t.extensions, extension{44, binary.BigEndian.AppendUint32(f, t.fragment.id)})
}

func (t *template) first() netstack.Protocol {
	if c := t.chain(); len(c) > 0 {
		return c[0].kind
	}
	return t.proto
}

func (t *template) headers6() (b []byte) {
	chain := append(t.chain(), extension{kind: t.proto})
	for i, x := range chain[:len(chain)-1] {
		b = append(append(b, byte(chain[i+1].kind)), x.body...)
	}
	return b
}
