package plumbing

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// addAddresses gives a link the gateway addresses it lacks, and reports whether
// it lacked any.
func (p *Plumbing) addAddresses(l Link, want []netip.Prefix) (added bool, err error) {
	for _, prefix := range want {
		if slices.ContainsFunc(l.Addresses, func(a netip.Prefix) bool { return a.Addr() == prefix.Addr() }) {
			continue
		}
		a := addressRecord{Index: l.Index, Address: prefix}
		if !slices.Contains(p.record.Added, a) {
			p.record.Added = append(p.record.Added, a)
			p.keep()
		}
		if err := a.add(); err != nil {
			return added, err
		}
		added = true
	}
	if added {
		l.announce()
	}
	return added, nil
}

// announce tells the neighbours by gratuitous ARP where the link's IPv4
// addresses are now: their clients may remember the address of a device that is
// gone, as after a container's restart. To send ARP takes CAP_NET_RAW, so the
// kernel is made to do it: it does when the link's hardware address is set, even
// to what it is. A link that cannot do that announces nothing.
func (l Link) announce() {
	values, err := devconf(l.Index)
	if err != nil {
		return
	}
	link, err := netlink.LinkByIndex(l.Index)
	if err != nil || len(link.Attrs().HardwareAddr) == 0 {
		return
	}
	notify := settings{arpNotify: 1}
	defer setDevconf(l.Index, notify.pick(values))
	if setDevconf(l.Index, notify) == nil {
		netlink.LinkSetHardwareAddr(link, link.Attrs().HardwareAddr)
	}
}

func (a addressRecord) netlink() *netlink.Addr {
	addr := &netlink.Addr{IPNet: ipNet(a.Address), LinkIndex: a.Index}
	if a.Address == dummyAddress {
		// Never to be chosen as anything's source.
		addr.Scope = unix.RT_SCOPE_HOST
	}
	if a.Address.Addr().Is6() {
		// Clients use the address at once.
		addr.Flags = unix.IFA_F_NODAD
	}
	return addr
}

func (a addressRecord) link() netlink.Link {
	return &netlink.Dummy{LinkAttrs: netlink.LinkAttrs{Index: a.Index}}
}

func (a addressRecord) add() error {
	err := netlink.AddrAdd(a.link(), a.netlink())
	if errors.Is(err, unix.EEXIST) {
		return nil
	}
	return attempt(fmt.Sprintf("ip addr add %v dev %s", a.Address, linkName(a.Index)), err)
}

func (a addressRecord) remove() error {
	err := netlink.AddrDel(a.link(), a.netlink())
	if gone(err) {
		return nil
	}
	return attempt(fmt.Sprintf("ip addr del %v dev %s", a.Address, linkName(a.Index)), err)
}

// dropAddresses removes those addresses of ours that the spec no longer names,
// and reports whether there were any.
func (p *Plumbing) dropAddresses() (changed bool) {
	p.record.Added = slices.DeleteFunc(p.record.Added, func(a addressRecord) bool {
		if p.wants(a) || a.remove() != nil {
			return false
		}
		changed = true
		return true
	})
	return changed
}

func (p *Plumbing) wants(a addressRecord) bool {
	if a.Address == dummyAddress {
		_, err := netlink.LinkByIndex(a.Index)
		return err == nil
	}
	for _, side := range bothSides {
		if p.links[side].Index == a.Index && slices.Contains(p.spec.Sides[side].Gateway, a.Address) {
			return true
		}
	}
	return false
}
