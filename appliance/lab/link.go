package lab

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync/atomic"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// links numbers one end of each link, from firstIndex on, where no kernel's own
// numbering in a namespace gets to. A link whose ends have the same number in
// their namespaces, as 2 and 2, is taken by the kernel's link watch for one that
// can wait: its carrier then counts only up to a second later.
var links atomic.Int32

const firstIndex = 1000

// Connect joins two hosts by a link, gives both ends their names and addresses
// and brings them up. An invalid prefix gives no address. mtu is in bytes, 0
// means 1500.
func (l *Lab) Connect(a *Host, la Leg, b *Host, lb Leg, mtu int) error {
	attrs := netlink.NewLinkAttrs()
	attrs.Name, attrs.MTU = la.Interface, mtuOr1500(mtu)
	attrs.Index = firstIndex + int(links.Add(1))
	veth := &netlink.Veth{LinkAttrs: attrs, PeerName: lb.Interface, PeerTxQLen: -1, PeerNamespace: netlink.NsFd(b.ns.fd)}
	err := a.netlink(func(n *netlink.Handle) error { return n.LinkAdd(veth) })
	if err != nil {
		return fmt.Errorf("link %s %s: %w", a.Name, b.Name, err)
	}
	if l.config.IPv4Only {
		la.IPv6, lb.IPv6 = netip.Prefix{}, netip.Prefix{}
	}
	if err := errors.Join(a.up(la), b.up(lb)); err != nil {
		return err
	}
	return errors.Join(a.waitReady(la.Interface), b.waitReady(lb.Interface))
}

// up configures an interface that exists and remembers it as a leg.
func (h *Host) up(leg Leg) error {
	if h.lab.config.NoOffload {
		if err := h.Do(func() error { return offloadsOff(leg.Interface) }); err != nil {
			return err
		}
	}
	err := h.netlink(func(n *netlink.Handle) error {
		link, err := n.LinkByName(leg.Interface)
		if err != nil {
			return err
		}
		for _, p := range []netip.Prefix{leg.IPv4, leg.IPv6} {
			if !p.IsValid() {
				continue
			}
			if err := n.AddrAdd(link, address(p)); err != nil {
				return fmt.Errorf("address %v: %w", p, err)
			}
		}
		return n.LinkSetUp(link)
	})
	if err != nil {
		return fmt.Errorf("%s %s: %w", h.Name, leg.Interface, err)
	}
	h.Legs = append(h.Legs, leg)
	return nil
}

func address(p netip.Prefix) *netlink.Addr {
	a := &netlink.Addr{IPNet: ipNet(p)}
	if p.Addr().Is6() {
		a.Flags = unix.IFA_F_NODAD
	}
	return a
}

func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}

// AddRoute sends what goes to p to the neighbour via.
func (h *Host) AddRoute(p netip.Prefix, via netip.Addr) error {
	err := h.netlink(func(n *netlink.Handle) error {
		return n.RouteAdd(&netlink.Route{Dst: ipNet(p), Gw: via.AsSlice()})
	})
	if err != nil {
		return fmt.Errorf("%s: route %v via %v: %w", h.Name, p, via, err)
	}
	return nil
}

func (h *Host) loopbackUp() error {
	return h.netlink(func(n *netlink.Handle) error {
		lo, err := n.LinkByName("lo")
		if err != nil {
			return err
		}
		return n.LinkSetUp(lo)
	})
}

// netlink runs f with a socket that speaks to the host's kernel side.
func (h *Host) netlink(f func(*netlink.Handle) error) error {
	n, err := netlink.NewHandleAt(netns.NsHandle(h.ns.fd), unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer n.Close()
	return f(n)
}
