package plumbing

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"sallyport/netstack"
)

// Proxy neighbours: what translations use of the addresses that are on the link
// of an interface and nobody's is answered for there, by ARP with the kernel's
// proxy entries, which are marked as ours, and by neighbour discovery as anycast
// addresses, which last as long as the socket that asked for them.

// maxProxies bounds the addresses that are answered for: each is an entry.
const maxProxies = 1024

// proxy is an IPv4 address that is answered for on a link.
type proxy struct {
	index   int
	address netip.Addr
}

func (x proxy) String() string { return fmt.Sprintf("proxy %v dev %s", x.address, linkName(x.index)) }

// proxies answers for what the spec and the links ask for, and for nothing else.
// Doing it again changes nothing.
func (p *Plumbing) proxies() error {
	var want4, want6 []proxy
	for _, side := range bothSides {
		s, l := p.spec.Sides[side], p.links[side]
		spare, all := p.spare(side)
		if !all {
			p.warn("%s: more than %d spare addresses are translated to; those beyond must be routed to the box", l.Name, maxProxies)
		}
		for _, a := range spare {
			switch {
			case s.Bare || !s.forwards(familyOf(a)):
			case a.Is4():
				want4 = append(want4, proxy{l.Index, a})
			default:
				want6 = append(want6, proxy{l.Index, a})
			}
		}
	}
	return errors.Join(applyProxies(want4), p.anycast.apply(want6))
}

func familyOf(a netip.Addr) family {
	if a.Is4() {
		return ipv4
	}
	return ipv6
}

// spare returns the addresses that translations use on the side and that are on
// its link and nobody's that is known; not all if there are too many.
func (p *Plumbing) spare(side netstack.Side) (list []netip.Addr, all bool) {
	for _, network := range p.links[side].OnLink {
		for _, external := range p.spec.Sides[side].External {
			if external.Bits() <= network.Bits() || !network.Contains(external.Addr()) {
				continue // routed to the box, or the whole network: nobody means that
			}
			for a := external.Addr(); external.Contains(a); a = a.Next() {
				if len(list) == maxProxies {
					return list, false
				}
				if !p.isTaken(a, network) && !slices.Contains(list, a) {
					list = append(list, a)
				}
			}
		}
	}
	return list, true
}

// isTaken reports whether a of the network is the box's, a gateway's or the
// network's own.
func (p *Plumbing) isTaken(a netip.Addr, network netip.Prefix) bool {
	for _, l := range p.links {
		if slices.Contains(l.gateways, a) || slices.ContainsFunc(l.Addresses, func(own netip.Prefix) bool { return own.Addr() == a }) {
			return true
		}
	}
	switch {
	case network.Bits() >= a.BitLen()-1:
		return false
	case a == network.Addr():
		return true
	}
	return a.Is4() && !network.Contains(a.Next()) // the broadcast address
}

// applyProxies makes the proxy entries that are ours exactly want, but for what
// somebody else has entered: the kernel would take ours for theirs.
func applyProxies(want []proxy) error {
	have, others, err := listProxies()
	errs := []error{err}
	for _, x := range want {
		if !slices.Contains(have, x) && !slices.Contains(others, x) {
			errs = append(errs, attempt("ip neigh add "+x.String(), x.request(unix.RTM_NEWNEIGH, unix.NLM_F_CREATE)))
		}
	}
	for _, x := range have {
		if !slices.Contains(want, x) {
			if err := x.request(unix.RTM_DELNEIGH, 0); !gone(err) {
				errs = append(errs, attempt("ip neigh del "+x.String(), err))
			}
		}
	}
	return errors.Join(errs...)
}

// ndaProtocol is NDA_PROTOCOL of linux/neighbour.h: who made an entry.
const ndaProtocol = 12

func (x proxy) request(kind, flags int) error {
	req := nl.NewNetlinkRequest(kind, flags|unix.NLM_F_ACK)
	req.AddData(neighbourMessage(x.index))
	req.AddData(nl.NewRtAttr(unix.NDA_DST, x.address.AsSlice()))
	req.AddData(nl.NewRtAttr(ndaProtocol, []byte{Mark}))
	_, err := req.Execute(unix.NETLINK_ROUTE, 0)
	return err
}

// listProxies returns the IPv4 proxy entries that this package has made, and the
// others.
func listProxies() (ours, others []proxy, err error) {
	req := nl.NewNetlinkRequest(unix.RTM_GETNEIGH, unix.NLM_F_DUMP)
	req.AddData(neighbourMessage(0))
	answers, err := dump(func() ([][]byte, error) { return req.Execute(unix.NETLINK_ROUTE, unix.RTM_NEWNEIGH) })
	for _, b := range answers {
		switch x, by, ok := proxyOf(b); {
		case !ok:
		case by == Mark:
			ours = append(ours, x)
		default:
			others = append(others, x)
		}
	}
	return ours, others, attempt("ip neigh show proxy", err)
}

// proxyOf returns the proxy entry that a message is about, and who made it.
func proxyOf(message []byte) (x proxy, by byte, ok bool) {
	if len(message) < unix.SizeofNdMsg {
		return x, 0, false
	}
	m, attributes := neighbourOf(message), message[unix.SizeofNdMsg:]
	if b := attribute(attributes, ndaProtocol); len(b) == 1 {
		by = b[0]
	}
	a, isAddr := netip.AddrFromSlice(attribute(attributes, unix.NDA_DST))
	return proxy{int(m.Ifindex), a}, by, isAddr && m.Flags&unix.NTF_PROXY != 0
}
