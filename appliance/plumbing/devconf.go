package plumbing

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// setting is an IPv4 setting of a device (IPV4_DEVCONF_* of linux/ip.h). They
// are read and written by rtnetlink: /proc/sys is read-only in a container.
type setting uint16

const (
	forwarding   setting = 1
	proxyARP     setting = 3
	rpFilter     setting = 8
	arpNotify    setting = 22
	acceptLocal  setting = 23
	proxyARPVLAN setting = 25
)

var settingNames = map[setting]string{
	forwarding: "forwarding", proxyARP: "proxy_arp", rpFilter: "rp_filter",
	arpNotify: "arp_notify", acceptLocal: "accept_local", proxyARPVLAN: "proxy_arp_pvlan",
}

func (s setting) String() string { return settingNames[s] }

// inetConf is IFLA_INET_CONF (linux/if_link.h).
const inetConf = 1

// devconf reads all IPv4 settings of a device, indexed by setting - 1.
func devconf(index int) ([]uint32, error) {
	req := nl.NewNetlinkRequest(unix.RTM_GETLINK, unix.NLM_F_ACK)
	req.AddData(linkMessage(index))
	answers, err := req.Execute(unix.NETLINK_ROUTE, unix.RTM_NEWLINK)
	if err != nil {
		return nil, attempt("ip link show dev "+linkName(index), err)
	}
	for _, answer := range answers {
		if values, ok := inetConfOf(answer); ok {
			return values, nil
		}
	}
	return nil, fmt.Errorf("ip netconf show dev %s: the kernel tells no IPv4 settings", linkName(index))
}

func linkMessage(index int) *nl.IfInfomsg {
	m := nl.NewIfInfomsg(unix.AF_UNSPEC)
	m.Index = int32(index)
	return m
}

// inetConfOf finds IFLA_AF_SPEC / AF_INET / IFLA_INET_CONF in a link message: an
// array of 32-bit values.
func inetConfOf(message []byte) (values []uint32, ok bool) {
	if len(message) < unix.SizeofIfInfomsg {
		return nil, false
	}
	b := message[unix.SizeofIfInfomsg:]
	for _, kind := range []uint16{unix.IFLA_AF_SPEC, unix.AF_INET, inetConf} {
		if b, ok = attribute(b, kind); !ok {
			return nil, false
		}
	}
	for ; len(b) >= 4; b = b[4:] {
		values = append(values, binary.NativeEndian.Uint32(b))
	}
	return values, true
}

func attribute(b []byte, kind uint16) ([]byte, bool) {
	attrs, err := nl.ParseRouteAttr(b)
	if err != nil {
		return nil, false
	}
	for _, a := range attrs {
		if a.Attr.Type&^unix.NLA_F_NESTED == kind {
			return a.Value, true
		}
	}
	return nil, false
}

// settings maps settings to their values.
type settings map[setting]uint32

// pick returns the values now of the settings that want names.
func (want settings) pick(values []uint32) settings {
	now := settings{}
	for s := range want {
		if int(s) <= len(values) {
			now[s] = values[s-1]
		}
	}
	return now
}

func (want settings) String() string {
	var words []string
	for s, value := range want {
		words = append(words, fmt.Sprintf("%v=%d", s, value))
	}
	return strings.Join(words, " ")
}

// setDevconf writes IPv4 settings of a device.
func setDevconf(index int, want settings) error {
	if len(want) == 0 {
		return nil
	}
	req := nl.NewNetlinkRequest(unix.RTM_SETLINK, unix.NLM_F_ACK)
	req.AddData(linkMessage(index))
	spec := nl.NewRtAttr(unix.IFLA_AF_SPEC|unix.NLA_F_NESTED, nil)
	conf := spec.AddRtAttr(unix.AF_INET|unix.NLA_F_NESTED, nil).AddRtAttr(inetConf|unix.NLA_F_NESTED, nil)
	for s, value := range want {
		conf.AddRtAttr(int(s), nl.Uint32Attr(value))
	}
	req.AddData(spec)
	_, err := req.Execute(unix.NETLINK_ROUTE, 0)
	if errors.Is(err, unix.ENODEV) {
		return nil
	}
	return attempt(fmt.Sprintf("set %v of %s", want, linkName(index)), err)
}
