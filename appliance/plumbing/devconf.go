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

// devconf reads all IPv4 settings of a device, indexed by setting - 1.
func devconf(index int) ([]uint32, error) {
	b, err := linkSetting(index, ipv4, inetConf)
	if err == nil && b == nil {
		err = fmt.Errorf("ip netconf show dev %s: the kernel tells no IPv4 settings", linkName(index))
	}
	return devconfIn(b), err
}

func devconfIn(b []byte) (values []uint32) {
	for ; len(b) >= 4; b = b[4:] {
		values = append(values, binary.NativeEndian.Uint32(b))
	}
	return values
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

// setDevconf writes IPv4 settings of a device. One that is gone needs none.
func setDevconf(index int, want settings) error {
	if len(want) == 0 {
		return nil
	}
	err := setLink(index, ipv4, func(spec *nl.RtAttr) {
		conf := spec.AddRtAttr(inetConf|unix.NLA_F_NESTED, nil)
		for s, value := range want {
			conf.AddRtAttr(int(s), nl.Uint32Attr(value))
		}
	})
	if errors.Is(err, unix.ENODEV) {
		return nil
	}
	return attempt(fmt.Sprintf("set %v of %s", want, linkName(index)), err)
}
