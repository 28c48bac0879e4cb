package state

import (
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/netstack"
)

// segment is what the tracker wants of a TCP header. A super-packet is one long
// segment.
type segment struct {
	flags    header.TCPFlags
	scale    uint8 // of a SYN: its window scale option, or noScale
	seq, ack uint32
	sack     uint32 // the highest sequence number it acknowledges, selectively or not
	win      uint32 // as it stands in the header, not scaled
	len      uint32 // bytes of payload
}

func segmentOf(p *netstack.Packet) (g segment) {
	g.read(p)
	return g
}

// read makes g that of p.
func (g *segment) read(p *netstack.Packet) {
	h := p.TCP()[:header.TCPMinimumSize]
	g.flags, g.scale, g.len = p.TCPFlags, noScale, uint32(p.PayloadLen())
	g.seq, g.ack, g.win = h.SequenceNumber(), h.AckNumber(), uint32(h.WindowSize())
	g.sack = g.ack
	switch size := p.Payload - p.Transport; {
	case size == header.TCPMinimumSize:
	case g.has(header.TCPFlagSyn):
		g.scale = windowScale(p.TCP().Options())
	default:
		g.sack = sackEdge(p.TCP().Options(), g.ack)
	}
}

func (g *segment) has(f header.TCPFlags) bool { return g.flags&f == f }

// kind returns the flags that tell what a segment is for.
func (g *segment) kind() header.TCPFlags {
	return g.flags & (header.TCPFlagSyn | header.TCPFlagAck | header.TCPFlagFin | header.TCPFlagRst)
}

const (
	syn    = header.TCPFlagSyn
	ack    = header.TCPFlagAck
	rst    = header.TCPFlagRst
	synAck = header.TCPFlagSyn | header.TCPFlagAck
)

// end returns the sequence number after the segment's last; SYN and FIN count
// one each.
func (g *segment) end() uint32 {
	return g.seq + g.len + uint32(g.flags&header.TCPFlagSyn>>1) + uint32(g.flags&header.TCPFlagFin)
}

// before reports whether sequence number a comes before b (RFC 9293 3.4).
func before(a, b uint32) bool { return int32(a-b) < 0 }

// later returns whichever of a and b comes later.
func later(a, b uint32) uint32 {
	if before(a, b) {
		return b
	}
	return a
}
