package nettest

import (
	"encoding/binary"

	"sallyport/netstack"
)

// ICMP is a message of ICMP or, between IPv6 addresses, of ICMPv6.
func ICMP(src, dst string, kind, code uint8, with ...Option) Packet {
	t := newTemplate(netstack.ICMP, src, dst)
	if t.src.Addr().Is6() {
		t.proto = netstack.ICMPv6
	}
	t.icmpType, t.icmpCode = kind, code
	t.transport = (*template).icmp
	return build(t, with)
}

func (t *template) icmp() []byte {
	b := append(make([]byte, 0, 8+len(t.payload)), t.icmpType, t.icmpCode, 0, 0)
	return append(append(b, t.icmpRest[:]...), t.payload...)
}

// ICMPEcho is an echo request with 16 bytes of data unless told otherwise.
func ICMPEcho(src, dst string, with ...Option) Packet {
	return ICMP(src, dst, byFamily(src, 8, 128), 0, prepend(Payload(16), with)...)
}

// ICMPEchoReply is the reply to an echo request with the same options.
func ICMPEchoReply(src, dst string, with ...Option) Packet {
	return ICMP(src, dst, byFamily(src, 0, 129), 0, prepend(Payload(16), with)...)
}

// ICMPError is an error of this type about quoted, of which it quotes all.
func ICMPError(src, dst string, kind, code uint8, quoted Packet, with ...Option) Packet {
	return ICMP(src, dst, kind, code, prepend(PayloadBytes(quoted.Bytes), with)...)
}

// Unreachable is Destination Unreachable, about quoted.
func Unreachable(src, dst string, code uint8, quoted Packet, with ...Option) Packet {
	return ICMPError(src, dst, byFamily(src, 3, 1), code, quoted, with...)
}

// TimeExceeded is what a router says that had no hop left for quoted.
func TimeExceeded(src, dst string, quoted Packet, with ...Option) Packet {
	return ICMPError(src, dst, byFamily(src, 11, 3), 0, quoted, with...)
}

// TooBig is Fragmentation Needed or Packet Too Big, about quoted.
func TooBig(src, dst string, mtu uint32, quoted Packet, with ...Option) Packet {
	code := byFamily(src, 4, 0)
	return ICMPError(src, dst, byFamily(src, 3, 2), code, quoted, prepend(MTU(mtu), with)...)
}

func byFamily(src string, v4, v6 uint8) uint8 {
	if endpoint(src).Addr().Is4() {
		return v4
	}
	return v6
}

func prepend(o Option, with []Option) []Option { return append([]Option{o}, with...) }

// checksumAt is where protocols keep their checksum; 0 if they have none.
func checksumAt(proto netstack.Protocol) int {
	switch proto {
	case netstack.TCP:
		return 16
	case netstack.UDP, netstack.UDPLite, netstack.DCCP:
		return 6
	case netstack.ICMP, netstack.ICMPv6:
		return 2
	case netstack.SCTP:
		return 8
	}
	return 0
}

// coverage is how many bytes of a whole message t its checksum counts.
func coverage(proto netstack.Protocol, t []byte) int {
	if proto != netstack.UDP && proto != netstack.UDPLite {
		return len(t)
	}
	if n := int(binary.BigEndian.Uint16(t[4:])); n != 0 {
		return n
	}
	return len(t)
}
