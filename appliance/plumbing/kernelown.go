package plumbing

import (
	"net/netip"

	"sallyport/netstack"
)

var (
	multicast6 = netip.MustParsePrefix("ff00::/8")
	linkLocal6 = netip.MustParsePrefix("fe80::/10")
)

// kernel: what the box's kernel or its DHCP client must get to keep its links
// alive, whatever the policy says. (The kernel delivers IPv4 multicast and the
// limited broadcast before it looks at rules.)
func (p *planner) kernel(side netstack.Side) []rule {
	if !p.open(side) {
		return nil
	}
	rules := p.dhcp()
	if p.family == ipv6 {
		rules = append(rules, p.neighbours(side)...)
	}
	for i := range rules {
		rules[i].iif, rules[i].table = p.spec.Sides[side].Interface, localTable
	}
	return rules
}

// dhcp: replies to the box's DHCP client (RFC 2131, RFC 8415).
func (p *planner) dhcp() []rule {
	if p.family == ipv4 {
		return []rule{{proto: netstack.UDP, sport: port(67), dport: port(68)}}
	}
	return []rule{{proto: netstack.UDP, to: linkLocal6, dport: port(546)}}
}

func port(n uint16) netstack.PortRange { return netstack.PortRange{First: n, Last: n} }

// neighbours: neighbour discovery (RFC 4861) is ICMPv6 that comes from the link
// itself and, from every system known, without a flow label. That much of the
// ICMPv6 to the box's own addresses is the kernel's. The rest goes to the
// firewall: echo replies and errors about what it has translated, which come
// from beyond the link or, made by Linux, with a label. Kernels before 6.14 do
// not look at labels: there all ICMPv6 from the link is the kernel's.
func (p *planner) neighbours(side netstack.Side) []rule {
	rules := []rule{
		{to: multicast6},
		{proto: netstack.ICMPv6, to: linkLocal6},
		{proto: netstack.ICMPv6, from: linkLocal6},
	}
	for _, prefix := range p.links[side].OnLink {
		if !p.links[side].noARP && prefix.Addr().Is6() {
			rules = append(rules, rule{proto: netstack.ICMPv6, from: prefix, unlabelled: true})
		}
	}
	return rules
}
