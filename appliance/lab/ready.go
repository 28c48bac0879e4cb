package lab

import (
	"fmt"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// readyLimit bounds the wait for a link, which is a matter of milliseconds.
const readyLimit = 5 * time.Second

// waitReady waits until a link is all it will be. The kernel counts its carrier,
// makes its link-local address and routes to its IPv6 addresses a moment after
// both ends are up; before that it drops packets, and what a listing of
// addresses or routes shows is still to change.
func (h *Host) waitReady(ifname string) error {
	return h.netlink(func(n *netlink.Handle) error {
		for deadline := time.Now().Add(readyLimit); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
			link, err := n.LinkByName(ifname)
			if err != nil {
				return err
			}
			if link.Attrs().OperState == netlink.OperUp && (h.lab.config.IPv4Only || settled6(n, link)) {
				return nil
			}
		}
		return fmt.Errorf("%s %s: not ready after %v", h.Name, ifname, readyLimit)
	})
}

// settled6 reports whether a link has its link-local address, and each of its
// addresses the route that delivers to it.
func settled6(n *netlink.Handle, link netlink.Link) bool {
	addresses, err := n.AddrList(link, netlink.FAMILY_V6)
	if err != nil {
		return false
	}
	linkLocal := false
	for _, a := range addresses {
		if a.Flags&unix.IFA_F_TENTATIVE != 0 {
			return false
		}
		linkLocal = linkLocal || a.IP.IsLinkLocalUnicast()
	}
	local := &netlink.Route{Table: unix.RT_TABLE_LOCAL, LinkIndex: link.Attrs().Index, Type: unix.RTN_LOCAL}
	routes, err := n.RouteListFiltered(netlink.FAMILY_V6, local, netlink.RT_FILTER_TABLE|netlink.RT_FILTER_OIF|netlink.RT_FILTER_TYPE)
	return err == nil && linkLocal && len(routes) >= len(addresses)
}
