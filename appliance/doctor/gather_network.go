package doctor

import (
	"bufio"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"

	"github.com/vishvananda/netlink"

	"sallyport/appliance/plumbing"
)

func (f *Facts) gatherNetwork() {
	f.Interfaces = gatherInterfaces()
	f.Listeners = gatherListeners()
	for _, family := range []int{netlink.FAMILY_V4, netlink.FAMILY_V6} {
		if family == netlink.FAMILY_V6 && f.IP6Forward < 0 {
			continue
		}
		rules, err := netlink.RuleList(family)
		if f.RulesErr == nil {
			f.RulesErr = err
		}
		f.Leftovers = append(f.Leftovers, marked(family, rules)...)
	}
}

// marked counts what bears this program's mark.
func marked(family int, rules []netlink.Rule) (found []string) {
	ip := map[int]string{netlink.FAMILY_V4: "IPv4", netlink.FAMILY_V6: "IPv6"}[family]
	rules = slices.DeleteFunc(rules, func(r netlink.Rule) bool { return r.Protocol != plumbing.Mark })
	if len(rules) > 0 {
		found = append(found, counted(len(rules), ip+" rule"))
	}
	ours := netlink.Route{Protocol: plumbing.Mark} // in any table, which the zero Table stands for
	routes, err := netlink.RouteListFiltered(family, &ours, netlink.RT_FILTER_PROTOCOL|netlink.RT_FILTER_TABLE)
	if err == nil && len(routes) > 0 {
		found = append(found, counted(len(routes), ip+" route"))
	}
	return found
}

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

func gatherInterfaces() (all []Interface) {
	links, err := netlink.LinkList()
	if err != nil {
		return nil
	}
	for _, link := range links {
		a := link.Attrs()
		if a.Flags&net.FlagLoopback != 0 {
			continue
		}
		i := Interface{Name: a.Name, MTU: a.MTU, Up: a.Flags&net.FlagUp != 0}
		i.Forwarding = sysctl("ipv4/conf/"+a.Name+"/forwarding", 0) > 0 || sysctl("ipv6/conf/"+a.Name+"/forwarding", 0) > 0
		addrs, _ := netlink.AddrList(link, netlink.FAMILY_ALL)
		for _, addr := range addrs {
			i.Addresses = append(i.Addresses, prefix(addr.IPNet))
		}
		all = append(all, i)
	}
	return all
}

func prefix(n *net.IPNet) netip.Prefix {
	a, _ := netip.AddrFromSlice(n.IP)
	bits, _ := n.Mask.Size()
	return netip.PrefixFrom(a.Unmap(), bits)
}

// gatherListeners returns the sockets that wait for anybody's packets.
func gatherListeners() (all []Socket) {
	for _, table := range []string{"tcp", "tcp6", "udp", "udp6"} {
		protocol := strings.TrimSuffix(table, "6")
		for _, s := range readSockets(table) {
			waits := s.state == tcpListen
			if protocol == "udp" {
				waits = s.state == udpUnconnected
			}
			if waits && !s.local.Addr().IsLoopback() {
				all = append(all, Socket{protocol, s.local})
			}
		}
	}
	return all
}

// nameservers reads a resolv.conf(5).
func nameservers(path string) (all []netip.Addr) {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if w := strings.Fields(lines.Text()); len(w) >= 2 && w[0] == "nameserver" {
			if a, err := netip.ParseAddr(w[1]); err == nil {
				all = append(all, a)
			}
		}
	}
	return all
}
