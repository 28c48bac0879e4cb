package plumbing

import (
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"

	"sallyport/netstack"
)

// localTable holds the box's own addresses; the kernel keeps it.
const localTable = unix.RT_TABLE_LOCAL

// planner collects the rules of one family, in order of preference.
type planner struct {
	family    family
	spec      Spec
	links     [netstack.Sides]Link
	ephemeral netstack.PortRange
	rules     []rule
	overflow  error
}

// planRules returns the rules that spec needs in family f.
func planRules(f family, spec Spec, links [netstack.Sides]Link, ephemeral netstack.PortRange) ([]rule, error) {
	p := planner{family: f, spec: spec, links: links, ephemeral: ephemeral}
	p.block(prefEmit, prefErrors, p.emit)
	p.block(prefErrors, prefKernel, p.errors)
	p.block(prefKernel, prefServices, p.kernel)
	p.block(prefServices, prefSteer, p.services)
	p.block(prefSteer, prefLocal, p.steer)
	if movesLocal(spec, f) {
		p.rules = append(p.rules, rule{family: f, pref: prefLocal, table: localTable})
	}
	p.block(prefTransit, prefEnd, p.transit)
	return p.rules, p.overflow
}

// movesLocal reports whether the local rule must make way for the firewall: it
// does if any side forwards the family.
func movesLocal(spec Spec, f family) bool {
	for _, side := range spec.Sides {
		if !side.Bare && side.forwards(f) {
			return true
		}
	}
	return false
}

// block numbers the rules that make returns for both sides, from first up to
// but not including end.
func (p *planner) block(first, end int, make func(netstack.Side) []rule) {
	pref := first
	for _, side := range bothSides {
		if p.spec.Sides[side].Bare {
			continue
		}
		for _, r := range make(side) {
			r.family, r.pref = p.family, pref
			p.rules = append(p.rules, r)
			pref++
		}
	}
	if pref > end {
		p.overflow = fmt.Errorf("%d policy rules are needed where %d fit (%s preferences %d to %d): "+
			"name fewer sources and services of the box itself, or wider ones",
			pref-first, end-first, p.family.ip(), first, end-1)
	}
}

// emit: what the firewall emits is for the box, or leaves by its own side.
func (p *planner) emit(side netstack.Side) []rule {
	tun := p.spec.Sides[side].TUN
	out := rule{iif: tun, table: emitTable(side)}
	if !p.open(side) {
		return []rule{out}
	}
	return []rule{{iif: tun, table: localTable}, out}
}

// errorTypes are the ICMP errors that the kernel makes about packets it was to
// forward. Locally made ICMP is looked up with its type and code where the
// ports are (struct flowi), so a rule can name them: type*256 + code.
var errorTypes = map[family]netstack.PortRange{
	ipv4: {First: 3 << 8, Last: 3<<8 | 255}, // destination unreachable, fragmentation needed
	ipv6: {First: 1 << 8, Last: 2<<8 | 255}, // destination unreachable, packet too big
}

// noSuchHost is what the kernel says when nobody answers for an address on the
// link. It says so of packets that it forwards, and of none that it delivers.
var noSuchHost = map[family]netstack.PortRange{
	ipv4: {First: 3<<8 | 1, Last: 3<<8 | 1},
	ipv6: {First: 1<<8 | 3, Last: 1<<8 | 3},
}

// errors: the kernel's errors about a translated packet speak of the packet as
// it is after translation; the firewall has to see them to translate them. About
// a masqueraded packet they are addressed to the box itself. To another, whoever
// it is, only those are led into the firewall that are about what it has sent:
// that a target of destination NAT is down.
func (p *planner) errors(side netstack.Side) (rules []rule) {
	if !p.open(side) {
		return nil
	}
	back := rule{iif: "lo", proto: p.icmp(), dport: errorTypes[p.family], table: steerTable(side)}
	for _, own := range p.links[side].own(p.family) {
		back.to = netip.PrefixFrom(own, own.BitLen())
		rules = append(rules, back)
	}
	if side == p.lastOpen() {
		back.to, back.dport = netip.Prefix{}, noSuchHost[p.family]
		rules = append(rules, back)
	}
	return rules
}

// lastOpen is the side whose rules come last in a block; one side is open.
func (p *planner) lastOpen() netstack.Side {
	if p.open(netstack.Outside) && !p.spec.Sides[netstack.Outside].Bare {
		return netstack.Outside
	}
	return netstack.Inside
}

// steered are the protocols that go through the firewall even if they are
// addressed to the box. To name them keeps ARP out of it.
var steered = []netstack.Protocol{
	netstack.TCP, netstack.UDP, netstack.SCTP, netstack.GRE, netstack.ESP, netstack.AH,
	netstack.DCCP, netstack.UDPLite, protoIPIP, protoIPv6,
}

// Tunnels in IP, RFC 2003 and RFC 4213.
const (
	protoIPIP netstack.Protocol = 4
	protoIPv6 netstack.Protocol = 41
)

func (p *planner) steer(side netstack.Side) (rules []rule) {
	if !p.open(side) {
		return nil
	}
	iif, t := p.spec.Sides[side].Interface, steerTable(side)
	for _, proto := range steered {
		rules = append(rules, rule{iif: iif, proto: proto, table: t})
	}
	return append(rules, rule{iif: iif, proto: p.icmp(), table: t})
}

// transit: what is left goes into T as well, and stops there if the side does
// not forward the family.
func (p *planner) transit(side netstack.Side) []rule {
	return []rule{{iif: p.spec.Sides[side].Interface, table: steerTable(side)}}
}

func (p *planner) open(side netstack.Side) bool { return p.spec.Sides[side].forwards(p.family) }

func (p *planner) icmp() netstack.Protocol {
	if p.family == ipv4 {
		return netstack.ICMP
	}
	return netstack.ICMPv6
}
