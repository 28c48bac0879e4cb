package netstack

import (
	"bytes"
	"encoding/binary"

	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// maxDatagrams is how many datagrams a super-packet has at most: the kernel's
// GRO stops there (UDP_GRO_CNT_MAX).
const maxDatagrams = 64

// train is packets of one flow that become one super-packet, in the frame of
// the first.
type train struct {
	segment      // the first, whose bytes grow with the frame
	each    int  // payload bytes of every segment but the last, which may have fewer
	count   int  // how many segments
	fixedID bool // all have the same IPv4 identification
}

func (t *train) start(s *segment) { *t = train{segment: *s, each: s.size(), count: 1} }

// takes reports whether s, of the same flow, is what comes next in the train.
func (t *train) takes(s *segment) bool {
	n := s.size()
	if n > t.each || len(t.bytes)+n > MaxPacket || !s.merges() {
		return false
	}
	if t.transport == header.IPv6MinimumSize {
		return t.sameIPv6(s) && t.sameTransport(s)
	}
	return t.sameIPv4(s) && t.sameTransport(s) && t.nextID(s)
}

// sameIPv4 compares what a super-packet says once for all its segments: type of
// service, the flag DF, time to live.
func (t *train) sameIPv4(s *segment) bool {
	return t.bytes[1] == s.bytes[1] && t.bytes[ipv4Fragment] == s.bytes[ipv4Fragment] && t.bytes[ipv4TTL] == s.bytes[ipv4TTL]
}

// sameIPv6 does so for traffic class, flow label and hop limit.
func (t *train) sameIPv6(s *segment) bool {
	return bytes.Equal(t.bytes[:ipv6Length], s.bytes[:ipv6Length]) && t.bytes[ipv6HopLimit] == s.bytes[ipv6HopLimit]
}

// nextID: identifications count up by one, as they do when the kernel segments.
// Those of what may not be fragmented mean nothing (RFC 6864), and many senders
// leave them at 0.
func (t *train) nextID(s *segment) bool {
	ahead := binary.BigEndian.Uint16(s.bytes[ipv4ID:]) - binary.BigEndian.Uint16(t.bytes[ipv4ID:])
	if ahead == 0 && t.count == 1 {
		t.fixedID = binary.BigEndian.Uint16(t.bytes[ipv4Fragment:])&dontFragment != 0
	}
	if t.fixedID {
		return ahead == 0
	}
	return int(ahead) == t.count
}

func (t *train) sameTransport(s *segment) bool {
	return t.flow.Proto == UDP || t.sameTCP(t.bytes[t.transport:t.payload], s.bytes[s.transport:s.payload])
}

// sameTCP wants the next sequence number, and all else alike but the flags that
// end a train: acknowledgement, window, urgent pointer and options.
func (t *train) sameTCP(first, next header.TCP) bool {
	const ack, window, checksum = 8, header.TCPFlagsOffset + 1, header.TCPChecksumOffset
	sent := uint32(len(t.bytes) - t.payload)
	return next.SequenceNumber() == first.SequenceNumber()+sent &&
		bytes.Equal(first[ack:header.TCPFlagsOffset], next[ack:header.TCPFlagsOffset]) && first.Flags() == next.Flags()&^ending &&
		bytes.Equal(first[window:checksum], next[window:checksum]) && bytes.Equal(first[checksum+2:], next[checksum+2:])
}

// add takes the payload of s, and the flags that end a train.
func (t *train) add(s *segment) {
	n := len(t.bytes)
	t.frame.SetLen(n + copy(t.frame.Space()[n:], s.bytes[s.payload:]))
	t.bytes = t.frame.Bytes()
	t.count++
	if t.flow.Proto == TCP {
		t.bytes[t.transport+header.TCPFlagsOffset] = s.bytes[s.transport+header.TCPFlagsOffset]
	}
}

// full reports whether nothing may follow s, which was just added. (Flags that
// end a train are those of no segment that could follow.)
func (t *train) full(s *segment) bool {
	return s.size() < t.each || t.flow.Proto == UDP && t.count == maxDatagrams
}

// finish makes the frame a super-packet. A packet that stayed alone leaves as it
// came.
func (t *train) finish() {
	if t.count == 1 {
		return
	}
	h, pseudo := t.bytes[t.transport:], t.putLength()
	if t.flow.Proto == UDP {
		binary.BigEndian.PutUint16(h[udpLength:], uint16(len(h)))
	}
	binary.BigEndian.PutUint16(h[t.checksum:], pseudo)
	t.frame.Offload = Offload{
		Flags: NeedsCsum, GSOType: t.gso, HdrLen: uint16(t.payload), GSOSize: uint16(t.each),
		CsumStart: uint16(t.transport), CsumOffset: uint16(t.checksum),
	}
}

// putLength tells the IP header how long the packet is now, and returns the sum
// of the pseudo-header.
func (t *train) putLength() uint16 {
	b := t.bytes
	if t.transport == header.IPv6MinimumSize {
		binary.BigEndian.PutUint16(b[ipv6Length:], uint16(len(b)-header.IPv6MinimumSize))
	} else {
		addTo(b[ipv4Checksum:], put16(b[ipv4Length:], uint16(len(b))))
	}
	return fold(pseudoSum(t.flow.Src, t.flow.Dst, t.flow.Proto, len(b)-t.transport))
}
