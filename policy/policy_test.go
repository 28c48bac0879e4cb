package policy

import (
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"sallyport/netstack"
)

var protocols = map[string]netstack.Protocol{
	"tcp": netstack.TCP, "udp": netstack.UDP, "sctp": netstack.SCTP, "gre": netstack.GRE,
	"icmp": netstack.ICMP, "icmpv6": netstack.ICMPv6,
}

// arriving makes a packet from words as in "inside tcp 10.1.0.5:40000 1.1.1.1:443",
// "outside gre 1.1.1.1 10.1.0.5" or "inside icmp/8/0 10.1.0.5 1.1.1.1".
func arriving(words string) *netstack.Packet {
	f := strings.Fields(words)
	kind := strings.Split(f[1], "/")
	p := &netstack.Packet{Version: 4}
	p.Flow.Proto = protocols[kind[0]]
	if f[0] == "outside" {
		p.Flow.In = netstack.Outside
	}
	p.Flow.Src, p.Flow.SrcPort = endpoint(f[2])
	p.Flow.Dst, p.Flow.DstPort = endpoint(f[3])
	if !p.Flow.Src.Is4() {
		p.Version = 6
	}
	if len(kind) == 3 {
		p.ICMP, p.ICMPType, p.ICMPCode = netstack.ICMPQuery, uint8(number(kind[1])), uint8(number(kind[2]))
		p.Flow.SrcPort, p.Flow.DstPort = 77, uint16(p.ICMPType)
	}
	return p
}

func endpoint(s string) (netstack.Addr, uint16) {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return netstack.AddrFrom(ap.Addr()), ap.Port()
	}
	return addr(s), 0
}

func addr(s string) netstack.Addr { return netstack.AddrFrom(netip.MustParseAddr(s)) }

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(err)
	}
	return n
}

// addresses makes a list of "self", "10.1.0.0/24", "10.1.0.5", "10.1.0.5-10.1.0.9",
// each negated by a "!" in front.
func addresses(entries ...string) (list []Address) {
	for _, e := range entries {
		var a Address
		e, a.Negate = strings.CutPrefix(e, "!")
		first, last, isRange := strings.Cut(e, "-")
		switch {
		case e == "self":
			a.Self = true
		case isRange:
			a.Range = AddrRange{netip.MustParseAddr(first), netip.MustParseAddr(last)}
		case strings.Contains(e, "/"):
			p := netip.MustParsePrefix(e)
			a.Range = AddrRange{p.Addr(), lastOf(p)}
		default:
			a.Range = AddrRange{netip.MustParseAddr(e), netip.MustParseAddr(e)}
		}
		list = append(list, a)
	}
	return list
}

// ports makes a list of "tcp/443", "udp/5000-5010", "gre", "icmp/8", "any" and
// "from80", which is TCP from port 80.
func ports(entries ...string) (list []Service) {
	for _, e := range entries {
		name, what, _ := strings.Cut(e, "/")
		s := Service{Protocol: protocols[name], AnyProtocol: name == "any", Code: -1}
		switch {
		case name == "from80":
			s.Protocol, s.Source = netstack.TCP, netstack.PortRange{First: 80, Last: 80}
		case what != "" && strings.HasPrefix(name, "icmp"):
			s.ICMP, s.Type = true, uint8(number(what))
		case what != "":
			first, last, isRange := strings.Cut(what, "-")
			if !isRange {
				last = first
			}
			s.Destination = netstack.PortRange{First: uint16(number(first)), Last: uint16(number(last))}
		}
		list = append(list, s)
	}
	return list
}

// targets makes a DNAT's targets of "10.1.0.10:80" and "10.1.0.10:0".
func targets(entries ...string) (list []Target) {
	for _, e := range entries {
		t := netip.MustParseAddrPort(e)
		list = append(list, Target{t.Addr(), netstack.PortRange{First: t.Port(), Last: t.Port()}})
	}
	return list
}

// home is a box with a private inside and two own addresses of each family.
func home() (t Topology) {
	t.Sides[netstack.Inside] = SideTopology{
		Own:      []netip.Addr{netip.MustParseAddr("fe80::1%eth0"), netip.MustParseAddr("10.1.0.1"), netip.MustParseAddr("fd00:1::1")},
		Networks: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/24"), netip.MustParsePrefix("fd00:1::/64")},
		IPv4:     true, IPv6: true,
	}
	t.Sides[netstack.Outside] = SideTopology{
		Own:      []netip.Addr{netip.MustParseAddr("203.0.113.7"), netip.MustParseAddr("fe80::2"), netip.MustParseAddr("2001:db8::7")},
		Reserved: []netstack.PortRange{{First: 32768, Last: 60999}, {First: 22, Last: 22}},
		IPv4:     true, IPv6: true,
	}
	return t
}

func compiled(t testing.TB, s Spec, topology Topology) *RuleSet {
	t.Helper()
	rs, err := Compile(s, topology)
	if err != nil {
		t.Fatal(err)
	}
	return rs
}
