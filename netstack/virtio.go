package netstack

import "encoding/binary"

// VirtioHeaderLen is the length of struct virtio_net_hdr as a TUN device uses
// it: legacy, without the number of buffers.
const VirtioHeaderLen = 10

// Put writes o as a virtio header in the first VirtioHeaderLen bytes of b, in
// the machine's byte order, as TUN has it unless told otherwise.
func (o *Offload) Put(b []byte) {
	b = b[:VirtioHeaderLen]
	b[0], b[1] = o.Flags, o.GSOType
	binary.NativeEndian.PutUint16(b[2:], o.HdrLen)
	binary.NativeEndian.PutUint16(b[4:], o.GSOSize)
	binary.NativeEndian.PutUint16(b[6:], o.CsumStart)
	binary.NativeEndian.PutUint16(b[8:], o.CsumOffset)
}

// Get sets o to the virtio header in the first VirtioHeaderLen bytes of b.
func (o *Offload) Get(b []byte) {
	b = b[:VirtioHeaderLen]
	*o = Offload{
		Flags:      b[0],
		GSOType:    b[1],
		HdrLen:     binary.NativeEndian.Uint16(b[2:]),
		GSOSize:    binary.NativeEndian.Uint16(b[4:]),
		CsumStart:  binary.NativeEndian.Uint16(b[6:]),
		CsumOffset: binary.NativeEndian.Uint16(b[8:]),
	}
}
