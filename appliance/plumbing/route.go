package plumbing

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// routeText is a route in the words of ip(8). Two routes of a table are the same
// if their texts are.
func routeText(r netlink.Route) string {
	var b strings.Builder
	if r.Type == unix.RTN_BLACKHOLE {
		b.WriteString("blackhole ")
	}
	b.WriteString(prefixText(r.Dst))
	word := func(key string, value any, given bool) {
		if given {
			fmt.Fprintf(&b, " %s %v", key, value)
		}
	}
	word("tos", r.Tos, r.Tos != 0)
	hopText(&b, r.Gw, r.Via, r.LinkIndex, r.Type)
	for _, hop := range r.MultiPath {
		b.WriteString(" nexthop")
		hopText(&b, hop.Gw, hop.Via, hop.LinkIndex, unix.RTN_UNICAST)
		word("weight", hop.Hops+1, true)
	}
	word("table", r.Table, true)
	word("src", r.Src, r.Src != nil)
	word("metric", r.Priority, r.Priority != 0)
	word("mtu", r.MTU, r.MTU != 0)
	word("advmss", r.AdvMSS, r.AdvMSS != 0)
	word("onlink", "", r.Flags&unix.RTNH_F_ONLINK != 0)
	return b.String()
}

func hopText(b *strings.Builder, gw net.IP, via netlink.Destination, index, kind int) {
	if gw != nil {
		fmt.Fprintf(b, " via %s", gw)
	}
	if via != nil {
		fmt.Fprintf(b, " via %s", via)
	}
	if index != 0 && kind == unix.RTN_UNICAST {
		fmt.Fprintf(b, " dev %s", linkName(index))
	}
}

func linkName(index int) string {
	link, err := net.InterfaceByIndex(index)
	if err != nil {
		return fmt.Sprintf("if%d", index)
	}
	return link.Name
}

func prefixText(n *net.IPNet) string {
	if p := prefixFrom(n); p.IsValid() && p.Bits() > 0 {
		return p.String()
	}
	return "default"
}

// anywhere is the default prefix of a family.
func anywhere(f family) netip.Prefix {
	if f == ipv4 {
		return netip.PrefixFrom(netip.IPv4Unspecified(), 0)
	}
	return netip.PrefixFrom(netip.IPv6Unspecified(), 0)
}

// blackhole is the last route of a table.
func blackhole(f family, table int) netlink.Route {
	return netlink.Route{
		Family: int(f), Dst: ipNet(anywhere(f)), Type: unix.RTN_BLACKHOLE,
		Table: table, Priority: blackholeMetric, Protocol: Mark,
	}
}

// tableRoutes lists a table.
func tableRoutes(f family, table int) ([]netlink.Route, error) {
	routes, err := dump(func() ([]netlink.Route, error) {
		return netlink.RouteListFiltered(int(f), &netlink.Route{Table: table}, netlink.RT_FILTER_TABLE)
	})
	if errors.Is(err, unix.ENOENT) {
		return nil, nil
	}
	return routes, attempt(fmt.Sprintf("%s route show table %s", f.ip(), tableName(table)), err)
}

// dump repeats a listing that a change has interrupted, a few times.
func dump[T any](list func() ([]T, error)) (all []T, err error) {
	for range 8 {
		if all, err = list(); !errors.Is(err, netlink.ErrDumpInterrupted) {
			break
		}
	}
	return all, err
}

// mainRoutes returns the unicast routes of table main that leave through l.
func mainRoutes(f family, l Link) ([]netlink.Route, error) {
	all, err := tableRoutes(f, unix.RT_TABLE_MAIN)
	if err != nil {
		return nil, err
	}
	var routes []netlink.Route
	for _, r := range all {
		if r, ok := through(r, l.Index); ok && !linkLocal6.Contains(prefixFrom(r.Dst).Addr()) {
			routes = append(routes, r)
		}
	}
	return routes, nil
}

// through narrows r to its hops over the link with the given index, and reports
// whether there are any.
func through(r netlink.Route, index int) (netlink.Route, bool) {
	if r.Type != unix.RTN_UNICAST {
		return r, false
	}
	r.MultiPath = slices.DeleteFunc(slices.Clone(r.MultiPath), func(h *netlink.NexthopInfo) bool {
		return h.LinkIndex != index
	})
	if len(r.MultiPath) == 1 {
		r = single(r)
	}
	return r, r.LinkIndex == index || len(r.MultiPath) > 0
}

// single writes a route with one hop as the kernel lists it.
func single(r netlink.Route) netlink.Route {
	hop := r.MultiPath[0]
	r.Gw, r.Via, r.LinkIndex, r.Encap, r.MultiPath = hop.Gw, hop.Via, hop.LinkIndex, hop.Encap, nil
	r.Flags |= hop.Flags
	return r
}
