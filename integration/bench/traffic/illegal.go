package traffic

import "gvisor.dev/gvisor/pkg/tcpip/header"

// IllegalKinds are what Illegal is made of, in turn.
var IllegalKinds = []string{
	"null", "Xmas", "SYN and FIN", "SYN and RST", "an ACK to no connection", "a SYN-ACK to no SYN", "a RST to no connection",
	"a source that is not inside", "source and destination the same", "a wrong TCP checksum",
}

// illegal is the packet whose turn it is.
func (b *builder) illegal(turn int) []byte {
	src, dst := hosts, Nowhere.Addr().As4()
	src[3] += byte(turn % hostCount)
	dst[3] = byte(turn >> 8)
	tcp := func(flags header.TCPFlags) []byte {
		return b.segment(src, dst, uint16(1024+turn&0x7fff), 80, flags, uint32(turn))
	}
	const syn, ack, fin, rst = header.TCPFlagSyn, header.TCPFlagAck, header.TCPFlagFin, header.TCPFlagRst
	switch turn % len(IllegalKinds) {
	case 0:
		return tcp(0)
	case 1:
		return tcp(fin | header.TCPFlagPsh | header.TCPFlagUrg)
	case 2:
		return tcp(syn | fin)
	case 3:
		return tcp(syn | rst)
	case 4:
		return tcp(ack)
	case 5:
		return tcp(syn | ack)
	case 6:
		return tcp(rst)
	case 7:
		return b.segment(afar, dst, 1024, 80, syn, uint32(turn))
	case 8:
		return b.segment(dst, dst, 80, 80, syn, uint32(turn))
	}
	frame := tcp(syn)
	t := header.TCP(b.transport())
	t.SetChecksum(t.Checksum() ^ 0x5555)
	return frame
}
