package doctor

import (
	"fmt"
	"net/netip"
	"slices"
)

// rulesByPort is the Linux that has policy rules by protocol and port
// (FRA_IP_PROTO, FRA_DPORT_RANGE); udpOffload the one whose TUN takes UDP
// super-packets (TUN_F_USO4).
var (
	rulesByPort = [2]int{4, 17}
	udpOffload  = [2]int{6, 2}
)

func kernel(f *Facts) []Finding {
	v, ok := parseRelease(f.Kernel)
	switch {
	case !ok:
		return one("kernel", Warn, fmt.Sprintf("Linux %q, whose number cannot be read", f.Kernel), "")
	case before(v, rulesByPort):
		return one("kernel", Fail, fmt.Sprintf("Linux %s has no policy rules by port", f.Kernel), "run Linux 4.17 or newer")
	case before(v, udpOffload):
		return one("kernel", OK, fmt.Sprintf("Linux %s; from 6.2 on small UDP packets would be faster", f.Kernel), "")
	}
	return one("kernel", OK, "Linux "+f.Kernel, "")
}

func parseRelease(s string) (v [2]int, ok bool) {
	n, _ := fmt.Sscanf(s, "%d.%d", &v[0], &v[1])
	return v, n == 2
}

func before(a, b [2]int) bool { return a[0] < b[0] || a[0] == b[0] && a[1] < b[1] }

func node(f *Facts) []Finding {
	if f.NodeErr == nil {
		return one("tun", OK, "/dev/net/tun opens", "")
	}
	return one("tun", Fail, f.NodeErr.Error(), "in a container: --device /dev/net/tun; on a host: modprobe tun, and be root")
}

func capability(f *Facts) []Finding {
	if f.NetAdmin {
		return one("capability", OK, "CAP_NET_ADMIN is there", "")
	}
	return one("capability", Fail, "CAP_NET_ADMIN is missing", "in a container: --cap-add NET_ADMIN; on a host: be root")
}

// driver has nothing to say where node or capability already has.
func driver(f *Facts) []Finding {
	switch {
	case f.NodeErr != nil || !f.NetAdmin:
		return nil
	case f.DriverErr != nil:
		return one("driver", Fail, "no TUN device can be made: "+f.DriverErr.Error(), "")
	case f.DriverWhy != "":
		return one("driver", Warn, fmt.Sprintf("%s, which is slower: %s", f.Driver, f.DriverWhy), "")
	}
	return one("driver", OK, f.Driver+", with offloads", "")
}

func policyRouting(f *Facts) []Finding {
	if f.RulesErr != nil {
		return one("policy-routing", Fail, "policy rules cannot be listed: "+f.RulesErr.Error(),
			"run a kernel with CONFIG_IP_MULTIPLE_TABLES and CONFIG_IPV6_MULTIPLE_TABLES")
	}
	return one("policy-routing", OK, "policy rules can be listed", "")
}

func procSys(f *Facts) []Finding {
	if f.SysWritten {
		return one("proc-sys", OK, "/proc/sys/net can be written", "")
	}
	return one("proc-sys", OK, "/proc/sys/net is read-only: device settings are made by rtnetlink, which needs none", "")
}

// rpFilter: the larger of "all" and the device's own counts, and loose (2) is
// larger than strict (1); plumbing sets the devices to it.
func rpFilter(f *Facts) []Finding {
	words := map[int]string{0: "off", 1: "strict, which the devices overrule", 2: "loose"}
	return one("rp-filter", OK, fmt.Sprintf("net.ipv4.conf.all.rp_filter is %d, %s", f.RPFilter, words[f.RPFilter]), "")
}

func ipForward(f *Facts) []Finding {
	return one("ip-forward", OK, fmt.Sprintf("net.ipv4.ip_forward is %d, which does not matter: only the devices are switched", f.IPForward), "")
}

// ip6Forward: unlike IPv4's, it cannot be set by rtnetlink.
func ip6Forward(f *Facts) []Finding {
	const name = "net.ipv6.conf.all.forwarding"
	switch {
	case f.IP6Forward < 0:
		return one("ipv6-forward", OK, "this kernel has no IPv6", "")
	case f.IP6Forward > 0:
		return one("ipv6-forward", OK, name+" is 1", "")
	case !f.wantsIPv6():
		return one("ipv6-forward", OK, name+" is 0, and no two interfaces in question have IPv6 addresses", "")
	case f.SysWritten:
		return one("ipv6-forward", OK, name+" is 0 and can be switched when it starts", "")
	}
	return one("ipv6-forward", Fail, name+" is 0, and /proc/sys is read-only: no IPv6 can pass",
		"start the container with --sysctl "+name+"=1")
}

// wantsIPv6 reports whether IPv6 would pass: two interfaces in question have a
// global address of it.
func (f *Facts) wantsIPv6() bool {
	n := 0
	for _, i := range f.Interfaces {
		if (len(f.Sides) == 0 || f.steered(i.Name)) && slices.ContainsFunc(i.Addresses, isGlobal6) {
			n++
		}
	}
	return n >= 2
}

func isGlobal6(p netip.Prefix) bool { return p.Addr().Is6() && !p.Addr().IsLinkLocalUnicast() }
