package nettest

import (
	"encoding/binary"

	"sallyport/netstack"
)

// RepairHeaders puts right the IPv4 header checksums of b, its own and a quoted
// header's, where there are any: b may be anything. With it, a fuzzer gets past
// the first test.
func RepairHeaders(b []byte) {
	size, ok := repairHeader(b)
	if !ok || netstack.Protocol(b[9]) != netstack.ICMP || len(b) < size+8 {
		return
	}
	h := header{version: 4, proto: netstack.ICMP}
	if q, ok := h.quote(b[size:]); ok {
		repairHeader(q)
	}
}

func repairHeader(b []byte) (size int, ok bool) {
	if len(b) < 20 || b[0]>>4 != 4 {
		return 0, false
	}
	size = int(b[0]&15) * 4
	if size < 20 || size > len(b) {
		return 0, false
	}
	b[10], b[11] = 0, 0
	binary.BigEndian.PutUint16(b[10:], ^sum(b[:size]))
	return size, true
}

// RepairMessage puts right the transport checksum of a well-formed packet that
// is no fragment.
func RepairMessage(b []byte, o netstack.Offload) {
	h := walk(b)
	t, at := b[h.header:], checksumAt(h.proto)
	switch {
	case h.fragment || at == 0 || len(t) < at+2:
	case h.proto == netstack.SCTP:
		copy(t[at:], crc(t))
	case o.Partial():
		binary.BigEndian.PutUint16(t[at:], sum(pseudoHeader(h.src, h.dst, h.proto, len(t))))
	default:
		t[at], t[at+1] = 0, 0
		c := ^messageSum(h.src, h.dst, h.proto, t)
		if c == 0 && (h.proto == netstack.UDP || h.proto == netstack.UDPLite) {
			c = 0xffff // RFC 768: 0 would say that there is none
		}
		binary.BigEndian.PutUint16(t[at:], c)
	}
}
