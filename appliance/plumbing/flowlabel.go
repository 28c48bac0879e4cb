package plumbing

import (
	"encoding/binary"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// Attributes of a rule (linux/fib_rules.h) that the library does not have. Both
// values are in network order.
const (
	fraFlowLabel     = 26
	fraFlowLabelMask = 27

	everyLabelBit = 0x000fffff
)

// addUnlabelled adds an IPv6 rule that matches only packets without a flow
// label. r has a source prefix, an interface, a protocol and a table, and nothing
// else: that is all its one use needs.
func (r rule) addUnlabelled() error {
	req := nl.NewNetlinkRequest(unix.RTM_NEWRULE, unix.NLM_F_CREATE|unix.NLM_F_EXCL|unix.NLM_F_ACK)
	m := nl.NewRtMsg()
	m.Family, m.Src_len, m.Table = uint8(r.family), uint8(r.from.Bits()), uint8(r.table)
	req.AddData(m)
	for kind, value := range map[int][]byte{
		nl.FRA_SRC:       r.from.Addr().AsSlice(),
		nl.FRA_PRIORITY:  nl.Uint32Attr(uint32(r.pref)),
		nl.FRA_IIFNAME:   nl.ZeroTerminated(r.iif),
		nl.FRA_IP_PROTO:  nl.Uint8Attr(uint8(r.proto)),
		nl.FRA_PROTOCOL:  nl.Uint8Attr(Mark),
		fraFlowLabel:     make([]byte, 4),
		fraFlowLabelMask: binary.BigEndian.AppendUint32(nil, everyLabelBit),
	} {
		req.AddData(nl.NewRtAttr(kind, value))
	}
	_, err := req.Execute(unix.NETLINK_ROUTE, 0)
	return err
}
