package netstack

import "gvisor.dev/gvisor/pkg/tcpip/header"

// MakeReset makes in f the RST that refuses the segment p on behalf of its
// destination, with the numbers of RFC 9293 3.5.2, so that the sender believes
// it. It makes none, and returns false, for what is not a whole segment and for
// a RST. f is not p's frame.
func (p *Packet) MakeReset(f *Frame) bool {
	if p.Flow.Proto != TCP || p.Fragment.Is || p.TCPFlags.Contains(header.TCPFlagRst) {
		return false
	}
	e := emission{src: p.Flow.Dst, dst: p.Flow.Src, proto: TCP}
	t := e.begin(f, header.TCPMinimumSize)
	fields := p.resetFields()
	header.TCP(t).Encode(&fields)
	e.end(t)
	return true
}

// resetFields: with an acknowledgement, the RST has the number that the sender
// waits for; without, it acknowledges all of the segment.
func (p *Packet) resetFields() header.TCPFields {
	f := header.TCPFields{
		SrcPort:    p.Flow.DstPort,
		DstPort:    p.Flow.SrcPort,
		DataOffset: header.TCPMinimumSize,
		Flags:      header.TCPFlagRst,
	}
	if p.TCPFlags.Contains(header.TCPFlagAck) {
		f.SeqNum = p.TCP().AckNumber()
		return f
	}
	f.Flags |= header.TCPFlagAck
	f.AckNum = p.TCP().SequenceNumber() + p.sequenceLen()
	return f
}

// sequenceLen is how many sequence numbers the segment takes.
func (p *Packet) sequenceLen() uint32 {
	n := uint32(p.PayloadLen())
	if p.TCPFlags.Contains(header.TCPFlagSyn) {
		n++
	}
	if p.TCPFlags.Contains(header.TCPFlagFin) {
		n++
	}
	return n
}
