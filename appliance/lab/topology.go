package lab

import (
	"cmp"
	"fmt"
	"net/netip"
)

// Where things are in every Lab.
var (
	insideHost   = leg("eth0", "10.1.0.10/24", "fd00:1::10/64")
	firewallIn   = leg("eth0", "10.1.0.1/24", "fd00:1::1/64")
	firewallOut  = leg("eth1", "192.0.2.1/24", "fd00:2::1/64")
	outsideHost  = leg("eth0", "192.0.2.10/24", "fd00:2::10/64")
	routerNear   = leg("eth0", "192.0.2.254/24", "fd00:2::fe/64")
	routerFar    = leg("eth1", "198.51.100.1/24", "fd00:3::1/64")
	outsideOfFar = leg("eth0", "198.51.100.10/24", "fd00:3::10/64")
)

// Leg is one interface of a host.
type Leg struct {
	Interface  string
	IPv4, IPv6 netip.Prefix // the address, with the length of its network
}

func leg(name, v4, v6 string) Leg {
	return Leg{name, netip.MustParsePrefix(v4), netip.MustParsePrefix(v6)}
}

func (l *Lab) build() (err error) {
	for _, h := range []struct {
		host **Host
		name string
	}{{&l.Inside, "inside"}, {&l.Firewall, "firewall"}, {&l.Outside, "outside"}} {
		if *h.host, err = l.NewHost(h.name); err != nil {
			return err
		}
	}
	if err := l.wire(0, l.Inside, insideHost, l.Firewall, firewallIn, l.config.InsideMTU); err != nil {
		return err
	}
	if l.config.Router {
		err = l.buildFarOutside()
	} else {
		err = l.wire(1, l.Firewall, firewallOut, l.Outside, outsideHost, l.config.OutsideMTU)
	}
	if err != nil {
		return err
	}
	return l.routes()
}

// wire connects two hosts, by way of a third if wires are asked for.
func (l *Lab) wire(i int, a *Host, la Leg, b *Host, lb Leg, mtu int) (err error) {
	if !l.config.Wires {
		return l.Connect(a, la, b, lb, mtu)
	}
	if l.Wires[i], err = l.NewHost(fmt.Sprintf("wire%d", i)); err != nil {
		return err
	}
	if err := l.Connect(a, la, l.Wires[i], Leg{Interface: "left"}, mtu); err != nil {
		return err
	}
	return l.Connect(l.Wires[i], Leg{Interface: "right"}, b, lb, mtu)
}

func (l *Lab) buildFarOutside() (err error) {
	if l.Router, err = l.NewHost("router"); err != nil {
		return err
	}
	if err := l.wire(1, l.Firewall, firewallOut, l.Router, routerNear, l.config.OutsideMTU); err != nil {
		return err
	}
	if err := l.Connect(l.Router, routerFar, l.Outside, outsideOfFar, l.config.FarMTU); err != nil {
		return err
	}
	return l.Router.Forward()
}

var any4, any6 = netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")

// routes gives each host its way to all others.
func (l *Lab) routes() error {
	type route struct {
		host *Host
		via  Leg
	}
	routes := []route{{l.Inside, firewallIn}}
	if l.Router == nil {
		routes = append(routes, route{l.Outside, firewallOut})
	} else {
		routes = append(routes, route{l.Outside, routerFar}, route{l.Router, firewallOut}, route{l.Firewall, routerNear})
	}
	for _, r := range routes {
		if err := r.host.AddRoute(any4, r.via.IPv4.Addr()); err != nil {
			return err
		}
		if l.config.IPv4Only {
			continue
		}
		if err := r.host.AddRoute(any6, r.via.IPv6.Addr()); err != nil {
			return err
		}
	}
	return nil
}

func mtuOr1500(mtu int) int { return cmp.Or(mtu, 1500) }
