package plumbing

import (
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"sallyport/netstack"
)

// rule is a policy rule of ours. Zero fields match everything.
type rule struct {
	family       family
	pref         int
	iif          string
	from, to     netip.Prefix
	proto        netstack.Protocol
	sport, dport netstack.PortRange
	table        int
	unlabelled   bool // only without a flow label; older kernels ignore it
}

// listed is the rule as a listing of the kernel's rules shows it.
func (r rule) listed() rule {
	r.unlabelled = false
	return r
}

// String is the rule as ip(8) wants it, without its preference's "add".
func (r rule) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "pref %d", r.pref)
	word := func(key string, value any, given bool) {
		if given {
			fmt.Fprintf(&b, " %s %v", key, value)
		}
	}
	word("from", r.from, r.from.IsValid())
	word("to", r.to, r.to.IsValid())
	word("iif", r.iif, r.iif != "")
	word("ipproto", uint8(r.proto), r.proto != 0)
	word("sport", ports(r.sport), r.sport != netstack.PortRange{})
	word("dport", ports(r.dport), r.dport != netstack.PortRange{})
	word("flowlabel", "0x0/0xfffff", r.unlabelled)
	word("lookup", tableName(r.table), true)
	return b.String()
}

func ports(r netstack.PortRange) string {
	if r.First == r.Last {
		return fmt.Sprint(r.First)
	}
	return fmt.Sprintf("%d-%d", r.First, r.Last)
}

func tableName(t int) string {
	if t == unix.RT_TABLE_LOCAL {
		return "local"
	}
	return fmt.Sprint(t)
}

// netlink returns the rule as the library has it.
func (r rule) netlink() *netlink.Rule {
	n := netlink.NewRule()
	n.Family, n.Priority, n.Table = int(r.family), r.pref, r.table
	n.IifName, n.IPProto, n.Protocol = r.iif, int(r.proto), Mark
	n.Src, n.Dst = ipNet(r.from), ipNet(r.to)
	n.Sport, n.Dport = rulePorts(r.sport), rulePorts(r.dport)
	return n
}

// ruleFrom is the inverse of netlink.
func ruleFrom(n netlink.Rule) rule {
	return rule{
		family: family(n.Family), pref: n.Priority, iif: n.IifName, table: n.Table,
		proto: netstack.Protocol(n.IPProto),
		from:  prefixFrom(n.Src), to: prefixFrom(n.Dst),
		sport: portsFrom(n.Sport), dport: portsFrom(n.Dport),
	}
}

func rulePorts(r netstack.PortRange) *netlink.RulePortRange {
	if r == (netstack.PortRange{}) {
		return nil
	}
	return netlink.NewRulePortRange(r.First, r.Last)
}

func portsFrom(r *netlink.RulePortRange) netstack.PortRange {
	if r == nil {
		return netstack.PortRange{}
	}
	return netstack.PortRange{First: r.Start, Last: r.End}
}

func ipNet(p netip.Prefix) *net.IPNet {
	if !p.IsValid() {
		return nil
	}
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}

func prefixFrom(n *net.IPNet) netip.Prefix {
	if n == nil {
		return netip.Prefix{}
	}
	a, _ := netip.AddrFromSlice(n.IP)
	bits, _ := n.Mask.Size()
	if len(n.Mask) == net.IPv4len {
		a = a.Unmap()
	}
	return netip.PrefixFrom(a, bits)
}
