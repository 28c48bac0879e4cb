package netstack

import "gvisor.dev/gvisor/pkg/tcpip/header"

// The flags that make a segment what it is; PSH is a hint, and ECE, CWR are
// about congestion.
const tcpMeaning = header.TCPFlagFin | header.TCPFlagSyn | header.TCPFlagRst | header.TCPFlagAck | header.TCPFlagUrg

// ValidTCPFlags reports whether an endpoint can send a segment with these
// flags: not null, Xmas, SYN+FIN, SYN+RST, FIN without ACK and the like. It is
// the table of Linux's conntrack.
func ValidTCPFlags(flags header.TCPFlags) bool {
	const valid = 1<<header.TCPFlagSyn | 1<<(header.TCPFlagSyn|header.TCPFlagUrg) | 1<<(header.TCPFlagSyn|header.TCPFlagAck) |
		1<<header.TCPFlagRst | 1<<(header.TCPFlagRst|header.TCPFlagAck) |
		1<<(header.TCPFlagFin|header.TCPFlagAck) | 1<<(header.TCPFlagFin|header.TCPFlagAck|header.TCPFlagUrg) |
		1<<header.TCPFlagAck | 1<<(header.TCPFlagAck|header.TCPFlagUrg)
	return uint64(valid)>>(flags&tcpMeaning)&1 != 0
}
