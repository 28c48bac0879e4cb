package plumbing

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// neighbour is struct ndmsg of linux/neighbour.h. The library's neighbours say
// nothing of who made them.
type neighbour struct{ unix.NdMsg }

// neighbourMessage speaks of IPv4 proxy entries of a link, 0 for all.
func neighbourMessage(index int) *neighbour {
	return &neighbour{unix.NdMsg{Family: uint8(ipv4), Ifindex: int32(index), Flags: unix.NTF_PROXY}}
}

func (n *neighbour) Len() int { return unix.SizeofNdMsg }

// Serialize is asked for by the library.
func (n *neighbour) Serialize() []byte {
	b := make([]byte, unix.SizeofNdMsg)
	b[0] = n.Family
	binary.NativeEndian.PutUint32(b[4:], uint32(n.Ifindex))
	binary.NativeEndian.PutUint16(b[8:], n.State)
	b[10], b[11] = n.Flags, n.Type
	return b
}

// neighbourOf reads what Serialize writes; b is long enough.
func neighbourOf(b []byte) (n neighbour) {
	n.Family, n.Ifindex = b[0], int32(binary.NativeEndian.Uint32(b[4:]))
	n.State, n.Flags, n.Type = binary.NativeEndian.Uint16(b[8:]), b[10], b[11]
	return n
}
