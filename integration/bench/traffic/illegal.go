package traffic

import "gvisor.dev/gvisor/pkg/tcpip/header"

// illegalKind is a kind of packet that no correct endpoint sends, from src, which
// is inside, to dst; turn tells one from another.
type illegalKind struct {
	name string
	make func(b *builder, src, dst [4]byte, turn int) []byte
}

const syn, ack, fin, rst = header.TCPFlagSyn, header.TCPFlagAck, header.TCPFlagFin, header.TCPFlagRst

// illegalKinds are what Illegal is made of, in turn.
var illegalKinds = []illegalKind{
	{"null", flagged(0)},
	{"Xmas", flagged(fin | header.TCPFlagPsh | header.TCPFlagUrg)},
	{"SYN and FIN", flagged(syn | fin)},
	{"SYN and RST", flagged(syn | rst)},
	{"an ACK to no connection", flagged(ack)},
	{"a SYN-ACK to no SYN", flagged(syn | ack)},
	{"a RST to no connection", flagged(rst)},
	{"a source that is not inside", func(b *builder, _, dst [4]byte, turn int) []byte {
		return b.segment(afar, dst, 1024, 80, syn, uint32(turn))
	}},
	{"source and destination the same", func(b *builder, _, dst [4]byte, turn int) []byte {
		return b.segment(dst, dst, 80, 80, syn, uint32(turn))
	}},
	{"a wrong TCP checksum", func(b *builder, src, dst [4]byte, turn int) []byte {
		frame := flagged(syn)(b, src, dst, turn)
		t := header.TCP(b.transport())
		t.SetChecksum(t.Checksum() ^ 0x5555)
		return frame
	}},
}

// flagged makes segments of no connection.
func flagged(flags header.TCPFlags) func(*builder, [4]byte, [4]byte, int) []byte {
	return func(b *builder, src, dst [4]byte, turn int) []byte {
		return b.segment(src, dst, uint16(1024+turn&0x7fff), 80, flags, uint32(turn))
	}
}

// illegal is the packet whose turn it is.
func (b *builder) illegal(turn int) []byte {
	src, dst := hosts, Nowhere.Addr().As4()
	src[3] += byte(turn % hostCount)
	dst[3] = byte(turn >> 8)
	return illegalKinds[turn%len(illegalKinds)].make(b, src, dst, turn)
}
