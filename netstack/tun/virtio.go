package tun

import (
	"encoding/binary"

	"sallyport/netstack"
)

const virtioHeaderLen = 10

func put(o *netstack.Offload, b []byte) {
	e := binary.NativeEndian
	b[0], b[1] = o.Flags, o.GSOType
	e.PutUint16(b[2:], o.HdrLen)
	e.PutUint16(b[4:], o.GSOSize)
	e.PutUint16(b[6:], o.CsumStart)
	e.PutUint16(b[8:], o.CsumOffset)
}

func get(o *netstack.Offload, b []byte) {
	e := binary.NativeEndian
	*o = netstack.Offload{
		Flags: b[0], GSOType: b[1], HdrLen: e.Uint16(b[2:]), GSOSize: e.Uint16(b[4:]),
		CsumStart: e.Uint16(b[6:]), CsumOffset: e.Uint16(b[8:]),
	}
}
