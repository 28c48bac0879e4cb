package doctor

import (
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"

	"github.com/vishvananda/netlink"
)

const sshPort = 22

// gatherLogins finds the login sessions in the calling thread's namespace and
// the interfaces that carry them.
func gatherLogins() []Login {
	var logins []Login
	if l, ok := parseSSHConnection(os.Getenv("SSH_CONNECTION")); ok {
		logins = append(logins, l)
	}
	for _, s := range readSockets("tcp", "tcp6") {
		if s.state == tcpEstablished && s.local.Port() == sshPort && !s.local.Addr().IsLoopback() {
			logins = append(logins, Login{From: s.remote, To: s.local})
		}
	}
	links := addressedLinks()
	var here []Login
	for _, l := range logins {
		l.Interface = carrier(l, links, routeInterface)
		if l.Interface != "" && !slices.Contains(here, l) {
			here = append(here, l)
		}
	}
	return here
}

// parseSSHConnection reads what sshd leaves in the environment: the client's
// address and port, then the server's.
func parseSSHConnection(s string) (Login, bool) {
	w := strings.Fields(s)
	if len(w) != 4 {
		return Login{}, false
	}
	from, err1 := netip.ParseAddrPort(net.JoinHostPort(w[0], w[1]))
	to, err2 := netip.ParseAddrPort(net.JoinHostPort(w[2], w[3]))
	if err1 != nil || err2 != nil {
		return Login{}, false
	}
	return Login{From: plain(from), To: plain(to)}, true
}

// plain returns a without zone, IPv4 as IPv4.
func plain(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}

// carrier returns the interface that a session comes in through: by the route
// back to its client. It is "" if the server's address is none of links: the
// environment may be of a login to another namespace.
func carrier(l Login, links map[netip.Addr]string, route func(netip.Addr) string) string {
	own, ok := links[l.To.Addr()]
	if !ok {
		return ""
	}
	if back := route(l.From.Addr()); back != "" && !l.From.Addr().IsLinkLocalUnicast() {
		return back
	}
	return own
}

func routeInterface(to netip.Addr) string {
	routes, err := netlink.RouteGet(to.AsSlice())
	if err != nil || len(routes) == 0 {
		return ""
	}
	link, err := netlink.LinkByIndex(routes[0].LinkIndex)
	if err != nil {
		return ""
	}
	return link.Attrs().Name
}

// addressedLinks tells which interface has which address.
func addressedLinks() map[netip.Addr]string {
	links := map[netip.Addr]string{}
	addrs, err := netlink.AddrList(nil, netlink.FAMILY_ALL)
	if err != nil {
		return links
	}
	for _, a := range addrs {
		link, err := netlink.LinkByIndex(a.LinkIndex)
		if ip, ok := netip.AddrFromSlice(a.IP); ok && err == nil {
			links[ip.Unmap()] = link.Attrs().Name
		}
	}
	return links
}
