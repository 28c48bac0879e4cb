package plumbing

import (
	"strings"
	"testing"
)

// R holds the routes of its own interface as they are in table main, and those
// alone.
func TestRoutesAreCopied(t *testing.T) {
	l := newLab(t)
	l.run("ip route add default via 192.0.2.2 metric 50 mtu 1300 advmss 1200",
		"ip route add 198.51.100.0/24 via 203.0.113.9 dev eth1 onlink",
		"ip route add 10.50.0.0/16 nexthop via 192.0.2.2 weight 3 nexthop via 10.1.0.2 weight 1",
		"ip route add 10.51.0.0/16 nexthop via 192.0.2.2 weight 3 nexthop via 192.0.2.3 weight 1",
		"ip route add 10.60.0.0/16 via 192.0.2.2 tos 0x10",
		"ip route add blackhole 10.70.0.0/16",
		"ip -6 route add default via fe80::1 dev eth1 metric 7",
		"ip -6 route add 2001:db8:50::/48 nexthop via 2001:db8:2::2 nexthop via fd00:1::2",
		"ip -6 route add 2001:db8:51::/48 nexthop via 2001:db8:2::2 nexthop via 2001:db8:2::3",
		"ip -6 route add 2001:db8:60::/48 via inet6 2001:db8:2::2",
		"ip route add 10.80.0.0/16 via inet6 2001:db8:2::2 dev eth1")
	l.open(spec(), "", nil)
	l.table("ip -4 route show table 8312", `
default via 192.0.2.2 dev eth1 metric 50 mtu 1300 advmss 1200
blackhole default metric 4294967295
10.50.0.0/16 via 192.0.2.2 dev eth1
10.51.0.0/16
nexthop via 192.0.2.2 dev eth1 weight 3
nexthop via 192.0.2.3 dev eth1 weight 1
10.60.0.0/16 tos 0x10 via 192.0.2.2 dev eth1
10.80.0.0/16 via inet6 2001:db8:2::2 dev eth1
192.0.2.0/24 dev eth1 scope link src 192.0.2.1
198.51.100.0/24 via 203.0.113.9 dev eth1 onlink`)
	l.table("ip -4 route show table 8311", `
blackhole default metric 4294967295
10.1.0.0/24 dev eth0 scope link src 10.1.0.1
10.50.0.0/16 via 10.1.0.2 dev eth0`)
	l.table("ip -6 route show table 8312", `
2001:db8:2::/64 dev eth1 metric 256 pref medium
2001:db8:50::/48 via 2001:db8:2::2 dev eth1 metric 1024 pref medium
2001:db8:51::/48 metric 1024 pref medium
nexthop via 2001:db8:2::2 dev eth1 weight 1
nexthop via 2001:db8:2::3 dev eth1 weight 1
2001:db8:60::/48 via 2001:db8:2::2 dev eth1 metric 1024 pref medium
default via fe80::1 dev eth1 metric 7 pref medium
blackhole default dev lo metric 4294967295 pref medium`)
	l.table("ip -6 route show table 8311", `
2001:db8:50::/48 via fd00:1::2 dev eth0 metric 1024 pref medium
fd00:1::/64 dev eth0 metric 256 pref medium
blackhole default dev lo metric 4294967295 pref medium`)
}

// table compares a listing with what it is to be, the protocol left out.
func (l *lab) table(command, want string) {
	l.Helper()
	out, err := l.try(command)
	l.must(err)
	var lines []string
	for line := range strings.Lines(out) {
		lines = append(lines, strings.TrimSpace(strings.ReplaceAll(line, "proto 83 ", "")))
	}
	same(l.T, strings.Join(lines, "\n"), want)
}
