package plumbing

import (
	"encoding/binary"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// The library reads and writes links, but not the settings that a family keeps
// for each of them (IFLA_AF_SPEC, linux/if_link.h).
const (
	inetConf        = 1 // IFLA_INET_CONF: an array of 32-bit values
	addrGenModeAttr = 8 // IFLA_INET6_ADDR_GEN_MODE
)

// linkSetting asks the kernel for one setting that a family keeps of a link; nil
// if there is none.
func linkSetting(index int, f family, kind uint16) ([]byte, error) {
	req := nl.NewNetlinkRequest(unix.RTM_GETLINK, unix.NLM_F_ACK)
	req.AddData(linkMessage(index))
	answers, err := req.Execute(unix.NETLINK_ROUTE, unix.RTM_NEWLINK)
	if err != nil {
		return nil, attempt("ip link show dev "+linkName(index), err)
	}
	for _, answer := range answers {
		if b := settingIn(answer, f, kind); b != nil {
			return b, nil
		}
	}
	return nil, nil
}

// settingIn finds IFLA_AF_SPEC / family / kind in a link message.
func settingIn(message []byte, f family, kind uint16) []byte {
	if len(message) < unix.SizeofIfInfomsg {
		return nil
	}
	b := message[unix.SizeofIfInfomsg:]
	for _, k := range []uint16{unix.IFLA_AF_SPEC, uint16(f), kind} {
		b = attribute(b, k)
	}
	return b
}

// attribute returns the payload of the first attribute of a kind, or nil.
func attribute(b []byte, kind uint16) []byte {
	for len(b) >= unix.SizeofNlAttr {
		length := int(binary.NativeEndian.Uint16(b))
		if length < unix.SizeofNlAttr || length > len(b) {
			return nil
		}
		if binary.NativeEndian.Uint16(b[2:])&^unix.NLA_F_NESTED == kind {
			return b[unix.SizeofNlAttr:length]
		}
		b = b[min((length+unix.NLA_ALIGNTO-1)&^(unix.NLA_ALIGNTO-1), len(b)):]
	}
	return nil
}

// setLink sets what a family keeps of a link: fill adds to the family's attribute.
func setLink(index int, f family, fill func(*nl.RtAttr)) error {
	req := nl.NewNetlinkRequest(unix.RTM_SETLINK, unix.NLM_F_ACK)
	req.AddData(linkMessage(index))
	spec := nl.NewRtAttr(unix.IFLA_AF_SPEC|unix.NLA_F_NESTED, nil)
	fill(spec.AddRtAttr(int(f)|unix.NLA_F_NESTED, nil))
	req.AddData(spec)
	_, err := req.Execute(unix.NETLINK_ROUTE, 0)
	return err
}

func linkMessage(index int) *nl.IfInfomsg {
	m := nl.NewIfInfomsg(unix.AF_UNSPEC)
	m.Index = int32(index)
	return m
}
