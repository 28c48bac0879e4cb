package plumbing

import (
	"errors"
	"fmt"
	"slices"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"sallyport/netstack"
)

// emitRoutes are the routes of R: those of table main through the side's own
// interface, and the blackhole.
func emitRoutes(f family, side netstack.Side, l Link) ([]netlink.Route, error) {
	table := emitTable(side)
	routes, err := mainRoutes(f, l)
	for i := range routes {
		routes[i] = moved(routes[i], table)
	}
	return append(routes, blackhole(f, table)), err
}

// moved returns a route of table main as it is to be in another table: without
// what the kernel says of its state now.
func moved(r netlink.Route, table int) netlink.Route {
	r.Table, r.Protocol = table, Mark
	r.Flags &= unix.RTNH_F_ONLINK
	for i, hop := range r.MultiPath {
		h := *hop
		h.Flags &= unix.RTNH_F_ONLINK
		r.MultiPath[i] = &h
	}
	return r
}

// steerRoutes are the routes of T: into the TUN if tun is not nil, and the
// blackhole. The preferred source is what the kernel's errors about the
// firewall's packets come from.
func steerRoutes(f family, side netstack.Side, tun netlink.Link, l Link) []netlink.Route {
	routes := []netlink.Route{blackhole(f, steerTable(side))}
	if tun == nil {
		return routes
	}
	into := netlink.Route{
		Family: int(f), Dst: ipNet(anywhere(f)), LinkIndex: tun.Attrs().Index, Type: unix.RTN_UNICAST,
		Table: steerTable(side), Protocol: Mark, Scope: netlink.SCOPE_LINK, Priority: 1,
	}
	if f == ipv6 {
		into.Scope = netlink.SCOPE_UNIVERSE
	}
	if own := l.own(f); len(own) > 0 {
		into.Src = own[0].AsSlice()
	}
	return append(routes, into)
}

// fillTable makes a table of ours hold exactly want. What is missing is added
// before the rest is removed.
func fillTable(f family, table int, want []netlink.Route) error {
	have, err := tableRoutes(f, table)
	if err != nil {
		return err
	}
	var errs []error
	for _, r := range want {
		if !holds(have, r) {
			errs = append(errs, attempt(f.ip()+" route replace "+routeText(r), netlink.RouteReplace(&r)))
		}
	}
	have, err = tableRoutes(f, table)
	errs = append(errs, err)
	for _, r := range have {
		if !holds(want, r) {
			errs = append(errs, deleteRoute(f, r))
		}
	}
	return errors.Join(errs...)
}

func holds(routes []netlink.Route, r netlink.Route) bool {
	text := routeText(r)
	return slices.ContainsFunc(routes, func(other netlink.Route) bool { return routeText(other) == text })
}

func deleteRoute(f family, r netlink.Route) error {
	err := netlink.RouteDel(&r)
	if gone(err) {
		return nil
	}
	return attempt(fmt.Sprintf("%s route del %s", f.ip(), routeText(r)), err)
}
