package netstack

// Offload is what a device says about a packet: the fields of Linux's
// virtio_net_hdr (include/uapi/linux/virtio_net.h). The zero Offload is an
// ordinary packet with complete checksums. Offsets count from the packet's
// first byte.
type Offload struct {
	Flags      uint8
	GSOType    uint8
	HdrLen     uint16 // all headers of a super-packet, in bytes
	GSOSize    uint16 // payload bytes of each segment
	CsumStart  uint16 // where the checksum's range starts: the transport header
	CsumOffset uint16 // where the checksum field is, from CsumStart
}

// Values of Offload.Flags and Offload.GSOType.
const (
	NeedsCsum = 1 // the checksum field holds only the pseudo-header's sum, un-complemented
	DataValid = 2 // the device vouches for the checksum

	GSONone  = 0
	GSOTCPv4 = 1
	GSOTCPv6 = 4
	GSOUDPL4 = 5
	GSOECN   = 0x80 // bit: the first segment carries CWR
)

// Partial reports whether the transport checksum is left to be finished by the
// device that sends the packet.
func (o *Offload) Partial() bool { return o.Flags&NeedsCsum != 0 }

// GSO reports whether the packet is a super-packet of several segments.
func (o *Offload) GSO() bool { return o.GSOType&^GSOECN != GSONone }
