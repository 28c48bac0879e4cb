package nettest

import (
	"encoding/binary"

	"sallyport/netstack"
)

// TCP is a segment between two "addr:port", without flags unless told.
func TCP(src, dst string, with ...Option) Packet {
	t := newTemplate(netstack.TCP, src, dst)
	t.transport = (*template).tcp
	return build(t, with)
}

func (t *template) tcp() []byte {
	b := t.ports(20)
	binary.BigEndian.PutUint32(b[4:], t.seq)
	binary.BigEndian.PutUint32(b[8:], t.ack)
	b[12] = byte(20+len(t.tcpOptions)) / 4 << 4
	b[13] = t.flags
	binary.BigEndian.PutUint16(b[14:], t.window)
	return append(append(b, t.tcpOptions...), t.payload...)
}

// UDP is a datagram between two "addr:port".
func UDP(src, dst string, with ...Option) Packet {
	t := newTemplate(netstack.UDP, src, dst)
	t.transport = (*template).udp
	return build(t, with)
}

// UDPLite is a datagram whose checksum covers its header alone.
func UDPLite(src, dst string, with ...Option) Packet {
	t := newTemplate(netstack.UDPLite, src, dst)
	t.transport = func(t *template) []byte {
		b := t.udp()
		binary.BigEndian.PutUint16(b[4:], 8)
		return b
	}
	return build(t, with)
}

func (t *template) udp() []byte {
	b := append(t.ports(8), t.payload...)
	binary.BigEndian.PutUint16(b[4:], uint16(len(b)))
	return b
}

// SCTP is a packet whose chunks are the payload.
func SCTP(src, dst string, with ...Option) Packet {
	t := newTemplate(netstack.SCTP, src, dst)
	t.transport = func(t *template) []byte {
		b := t.ports(12)
		binary.BigEndian.PutUint32(b[4:], t.seq)
		return append(b, t.payload...)
	}
	return build(t, with)
}

// DCCP is a packet with long sequence numbers.
func DCCP(src, dst string, with ...Option) Packet {
	t := newTemplate(netstack.DCCP, src, dst)
	t.transport = func(t *template) []byte {
		b := t.ports(16)
		b[4], b[8] = 4, 1
		return append(b, t.payload...)
	}
	return build(t, with)
}

// IP is a packet of any protocol between two "addr", its payload all that
// follows the IP header.
func IP(src, dst string, proto netstack.Protocol, with ...Option) Packet {
	t := newTemplate(proto, src, dst)
	t.transport = func(t *template) []byte { return append([]byte(nil), t.payload...) }
	return build(t, with)
}
