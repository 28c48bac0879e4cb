package netstack

import "gvisor.dev/gvisor/pkg/tcpip/header"

// MakeChallenge makes in f a bare acknowledgement of the number ack, as from p's
// destination: what an end answers a SYN with that believes in another
// connection. Who has sent the SYN p answers with a RST of that number (RFC 9293
// 3.10.7.3). f is not p's frame.
func (p *Packet) MakeChallenge(f *Frame, ack uint32) {
	e := emission{src: p.Flow.Dst, dst: p.Flow.Src, proto: TCP}
	t := e.begin(f, header.TCPMinimumSize)
	header.TCP(t).Encode(&header.TCPFields{
		SrcPort:    p.Flow.DstPort,
		DstPort:    p.Flow.SrcPort,
		SeqNum:     ^ack, // any will do: the acknowledgement is looked at first
		AckNum:     ack,
		DataOffset: header.TCPMinimumSize,
		Flags:      header.TCPFlagAck,
	})
	e.end(t)
}
