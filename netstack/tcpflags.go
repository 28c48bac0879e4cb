package netstack

import "gvisor.dev/gvisor/pkg/tcpip/header"

// The flags that make a segment what it is; PSH is a hint, and ECE, CWR are
// about congestion.
const tcpMeaning = header.TCPFlagFin | header.TCPFlagSyn | header.TCPFlagRst | header.TCPFlagAck | header.TCPFlagUrg

// ValidTCPFlags reports whether an endpoint can send a segment with these
// flags: not null, Xmas, SYN+FIN, SYN+RST, FIN without ACK and the like. It is
// the table of Linux's conntrack.
func ValidTCPFlags(flags header.TCPFlags) bool {
	switch flags & tcpMeaning {
	case header.TCPFlagSyn, header.TCPFlagSyn | header.TCPFlagUrg, header.TCPFlagSyn | header.TCPFlagAck,
		header.TCPFlagRst, header.TCPFlagRst | header.TCPFlagAck,
		header.TCPFlagFin | header.TCPFlagAck, header.TCPFlagFin | header.TCPFlagAck | header.TCPFlagUrg,
		header.TCPFlagAck, header.TCPFlagAck | header.TCPFlagUrg:
		return true
	}
	return false
}
