package plumbing

import (
	"net"
	"net/netip"
	"slices"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Link is what is known of a side's interface.
type Link struct {
	Name      string
	Index     int
	MTU       int
	Addresses []netip.Prefix // global addresses, each with its network's length
	// Networks are the prefixes routed through the interface by table main,
	// without default routes: what lives there.
	Networks []netip.Prefix
	// OnLink are those of Networks reached without a gateway.
	OnLink []netip.Prefix
	// gateways are the routers on the link that table main sends to.
	gateways []netip.Addr
	Up       bool // administratively; nothing passes a link that is down
	// noARP: neighbours need not be discovered, as on a point-to-point link.
	noARP bool
}

// own returns the link's addresses of one family.
func (l Link) own(f family) (addrs []netip.Addr) {
	for _, p := range l.Addresses {
		if p.Addr().Is4() == (f == ipv4) {
			addrs = append(addrs, p.Addr())
		}
	}
	return addrs
}

// allLinks lists every interface but lo, without routes.
func allLinks() ([]Link, error) {
	all, err := netlink.LinkList()
	if err != nil {
		return nil, attempt("ip link show", err)
	}
	var links []Link
	for _, link := range all {
		a := link.Attrs()
		if a.Flags&net.FlagLoopback != 0 {
			continue
		}
		l := Link{
			Name: a.Name, Index: a.Index, MTU: a.MTU,
			Up: a.RawFlags&unix.IFF_UP != 0, noARP: a.RawFlags&unix.IFF_NOARP != 0,
		}
		if err := l.readAddresses(link); err != nil {
			return nil, err
		}
		links = append(links, l)
	}
	return links, nil
}

func (l *Link) readAddresses(link netlink.Link) error {
	addrs, err := netlink.AddrList(link, unix.AF_UNSPEC)
	if err != nil {
		return attempt("ip addr show dev "+l.Name, err)
	}
	for _, a := range addrs {
		if a.Scope == unix.RT_SCOPE_UNIVERSE {
			l.Addresses = append(l.Addresses, prefixFrom(a.IPNet))
		}
	}
	return nil
}

// readRoutes fills in Networks and OnLink.
func (l *Link) readRoutes() error {
	for _, f := range families {
		routes, err := mainRoutes(f, *l)
		if err != nil {
			return err
		}
		for _, r := range routes {
			l.addGateways(r)
			p := prefixFrom(r.Dst)
			if p.Bits() == 0 {
				continue
			}
			l.Networks = append(l.Networks, p)
			if r.Gw == nil && r.Via == nil && len(r.MultiPath) == 0 {
				l.OnLink = append(l.OnLink, p)
			}
		}
	}
	l.Networks, l.OnLink = unique(l.Networks), unique(l.OnLink)
	return nil
}

func (l *Link) addGateways(r netlink.Route) {
	for _, hop := range append(r.MultiPath, &netlink.NexthopInfo{Gw: r.Gw}) {
		if a, ok := netip.AddrFromSlice(hop.Gw); ok {
			l.gateways = append(l.gateways, a.Unmap())
		}
	}
}

func unique(ps []netip.Prefix) []netip.Prefix {
	slices.SortFunc(ps, netip.Prefix.Compare)
	return slices.Compact(ps)
}
