package plumbing

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// allRPFilter reads the namespace's reverse path filter, which a device's own
// can only add to.
func allRPFilter() string {
	value, err := readSysctl("net/ipv4/conf/all/rp_filter")
	if err != nil {
		return ""
	}
	return value
}

// looseRPFilter is the reverse path filter that a device needs: what comes out
// of a TUN has its route back through an interface. The kernel takes the larger
// of the device's and the namespace's, so strict (1) is overruled by loose (2).
func looseRPFilter() uint32 {
	if v := allRPFilter(); v == "" || v == "0" {
		return 0
	}
	return 2
}

// interfaceSettings are for a side's interface. Proxy ARP would answer for every
// address that T leads into the TUN, which is all of them.
func interfaceSettings() settings {
	return settings{forwarding: 1, rpFilter: looseRPFilter(), proxyARP: 0, proxyARPVLAN: 0}
}

// proxiesNothing refuses proxy ARP for all devices, which no device's own setting
// can take back.
func proxiesNothing() error {
	const name = "net/ipv4/conf/all/proxy_arp"
	if value, err := readSysctl(name); err != nil || value != "1" {
		return err
	}
	return errors.New(name + " is 1: the box would answer ARP for every address there is; " +
		"sysctl -w net.ipv4.conf.all.proxy_arp=0 (in a container: --sysctl net.ipv4.conf.all.proxy_arp=0)")
}

// tunSettings are for a side's TUN: what comes out of it may have an address of
// the box as its source.
func tunSettings() settings {
	return settings{forwarding: 1, rpFilter: looseRPFilter(), acceptLocal: 1}
}

// set changes settings of a device, and remembers what they were.
func (p *Plumbing) set(index int, want settings) error {
	values, err := devconf(index)
	if err != nil {
		return err
	}
	now, change := want.pick(values), settings{}
	for s, value := range want {
		if was, known := now[s]; known && was != value {
			change[s] = value
		}
	}
	if len(change) == 0 {
		return nil
	}
	p.record.device(index).note(change.pick(values))
	p.keep()
	return setDevconf(index, change)
}

// dummyAddress is the IPv4 dummy address of RFC 7600.
var dummyAddress = netip.MustParsePrefix("192.0.0.8/32")

// address gives a TUN an address if there is a reverse path filter: it refuses,
// even if it is loose, what comes in for the box from a device without one.
func (p *Plumbing) address(tun netlink.Link) error {
	if looseRPFilter() == 0 {
		return nil
	}
	a := addressRecord{Index: tun.Attrs().Index, Address: dummyAddress}
	if !slices.Contains(p.record.Added, a) {
		p.record.Added = append(p.record.Added, a)
		p.keep()
	}
	return a.add()
}

// maxTUN is the largest MTU of a TUN: that of an IPv4 packet.
const maxTUN = 65535

// raise readies a TUN and brings it up: no IPv6 address of its own, so that the
// kernel says nothing on it by itself, and the MTU of the interface it serves.
func (p *Plumbing) raise(tun netlink.Link, mtu int) error {
	a := tun.Attrs()
	d, mode := p.record.device(a.Index), addrGenMode(a.Index)
	if d.TUN == nil {
		d.TUN = &linkRecord{Up: a.RawFlags&unix.IFF_UP != 0, MTU: a.MTU, AddrGenMode: mode}
		p.keep()
	}
	// Every change is an event that Watch sees, so nothing is set twice.
	if mode != genNone {
		if err := setAddrGenMode(a.Index, genNone); err != nil {
			return err
		}
	}
	if mtu = min(mtu, maxTUN); mtu > 0 && a.MTU != mtu {
		if err := netlink.LinkSetMTU(tun, mtu); err != nil {
			return attempt(fmt.Sprintf("ip link set %s mtu %d", a.Name, mtu), err)
		}
	}
	if a.RawFlags&unix.IFF_UP != 0 {
		return nil
	}
	return attempt("ip link set "+a.Name+" up", netlink.LinkSetUp(tun))
}

// lower puts a TUN back as it was, if it is still there.
func (was linkRecord) lower(index int) error {
	tun, err := netlink.LinkByIndex(index)
	if err != nil {
		return nil
	}
	var errs []error
	if !was.Up {
		errs = append(errs, netlink.LinkSetDown(tun))
	}
	errs = append(errs, netlink.LinkSetMTU(tun, was.MTU), setAddrGenMode(index, was.AddrGenMode))
	return errors.Join(errs...)
}

// How a device gets its IPv6 link-local address (enum in6_addr_gen_mode).
const (
	genEUI64 = 0
	genNone  = 1
)

func addrGenMode(index int) uint8 {
	b, err := linkSetting(index, ipv6, addrGenModeAttr)
	if err != nil || len(b) == 0 {
		return genEUI64
	}
	return b[0]
}

// setAddrGenMode says how a device gets its link-local address; a device without
// IPv6 needs nothing said.
func setAddrGenMode(index int, mode uint8) error {
	err := setLink(index, ipv6, func(spec *nl.RtAttr) { spec.AddRtAttr(addrGenModeAttr, nl.Uint8Attr(mode)) })
	if errors.Is(err, unix.EAFNOSUPPORT) || errors.Is(err, unix.ENODEV) || errors.Is(err, unix.EINVAL) {
		return nil
	}
	return attempt("ip link set "+linkName(index)+" addrgenmode none", err)
}
