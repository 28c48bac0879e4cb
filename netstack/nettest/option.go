package nettest

import (
	"encoding/binary"

	"sallyport/netstack"
)

// Flags sets the TCP flags: letters of "FSRPAUEC", "" for none.
func Flags(letters string) Option { return func(t *template) { t.flags = parseFlags(letters) } }

// Seq sets the TCP sequence number, or an ICMP query's.
func Seq(n uint32) Option {
	return func(t *template) {
		t.seq = n
		binary.BigEndian.PutUint16(t.icmpRest[2:], uint16(n))
	}
}

// Tag sets the verification tag of an SCTP packet.
func Tag(n uint32) Option { return func(t *template) { t.seq = n } }

// Ack sets the TCP acknowledgement number, without the flag.
func Ack(n uint32) Option { return func(t *template) { t.ack = n } }

// Window sets the TCP window field, unscaled.
func Window(n uint16) Option { return func(t *template) { t.window = n } }

// TCPOptions sets the TCP options; they are padded to whole words.
func TCPOptions(b ...byte) Option {
	return func(t *template) { t.tcpOptions = padded(b, 4) }
}

// Payload gives n bytes of payload, no two neighbours alike.
func Payload(n int) Option {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + i>>8)
	}
	return PayloadBytes(b)
}

// PayloadBytes gives the payload.
func PayloadBytes(b []byte) Option { return func(t *template) { t.payload = b } }

// ID sets the identifier of an ICMP query.
func ID(id uint16) Option {
	return func(t *template) { binary.BigEndian.PutUint16(t.icmpRest[:], id) }
}

// MTU sets the MTU of Fragmentation Needed or Packet Too Big.
func MTU(mtu uint32) Option {
	return func(t *template) { binary.BigEndian.PutUint32(t.icmpRest[:], mtu) }
}

// Quote cuts an ICMP error's quotation to n bytes.
func Quote(n int) Option { return func(t *template) { t.payload = t.payload[:min(n, len(t.payload))] } }

// TTL sets the hops left; 64 unless told.
func TTL(n uint8) Option { return func(t *template) { t.ttl = n } }

// TOS sets the type of service or the traffic class.
func TOS(n uint8) Option { return func(t *template) { t.tos = n } }

// IPID sets the IPv4 identification.
func IPID(id uint16) Option { return func(t *template) { t.id = id } }

// DF sets IPv4's Don't Fragment.
func DF() Option { return func(t *template) { t.df = true } }

// IPOptions sets the IPv4 options; they are padded to whole words.
func IPOptions(b ...byte) Option {
	return func(t *template) { t.ipOptions = padded(b, 4) }
}

// Extension adds an IPv6 extension header: its bytes after the next header
// byte, length byte first. It is not padded.
func Extension(kind netstack.Protocol, body ...byte) Option {
	return func(t *template) { t.extensions = append(t.extensions, extension{kind, body}) }
}

// Fragment cuts the packet: of what follows the IP header (in IPv6: the
// extension headers given so far and a fragment header) it keeps the payload's
// first size bytes from offset on, as a fragment of a datagram with this id.
// The transport checksum is the whole datagram's.
func Fragment(offset, size int, more bool, id uint32) Option {
	return func(t *template) {
		t.fragment = &fragment{offset, more, id}
		whole := t.transport
		t.transport = func(t *template) []byte {
			b := t.summed(whole(t))
			return b[min(offset, len(b)):min(offset+size, len(b))]
		}
	}
}

// Partial leaves the transport checksum to be finished by the device.
func Partial() Option { return func(t *template) { t.checksum = partialChecksum } }

// NoChecksum leaves the checksum field 0, as UDP over IPv4 may.
func NoChecksum() Option { return func(t *template) { t.checksum = noChecksum } }

// WrongChecksum spoils the transport checksum.
func WrongChecksum() Option { return func(t *template) { t.checksum = wrongChecksum } }

// GSO makes a super-packet of segments with size bytes of payload.
func GSO(size uint16) Option {
	return func(t *template) { t.checksum, t.gsoSize = partialChecksum, size }
}

// Trailer adds bytes beyond the IP packet's own length, as Ethernet padding.
func Trailer(b ...byte) Option { return func(t *template) { t.trailer = b } }

func padded(b []byte, to int) []byte {
	for len(b)%to != 0 {
		b = append(b, 0)
	}
	return b
}
