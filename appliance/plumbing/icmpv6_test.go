package plumbing

import (
	"net/netip"
	"testing"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/netstack"
)

// masqueradeBack undoes masquerade for what comes back, so that echoes work.
func masqueradeBack(in netstack.Side, b []byte) bool {
	ip := header.IPv6(b)
	own := tcpip.AddrFromSlice(netip.MustParseAddr("2001:db8:2::1").AsSlice())
	if in == netstack.Inside || header.IPVersion(b) != 6 || ip.DestinationAddress() != own {
		return masquerade(in, b)
	}
	host := tcpip.AddrFromSlice(netip.MustParseAddr("fd00:1::2").AsSlice())
	ip.SetDestinationAddress(host)
	header.ICMPv6(ip.Payload()).UpdateChecksumPseudoHeaderAddress(own, host)
	return true
}

// ICMPv6 to an address that is masqueraded behind comes to the firewall, from
// the link and from beyond it, while neighbour discovery goes on.
func TestEchoThroughIPv6Masquerade(t *testing.T) {
	l := newLab(t)
	l.run("ip route add 2001:db8:99::/64 via 2001:db8:2::2")
	l.at(l.out, func() { l.run("ip addr add 2001:db8:99::1/128 dev lo") })
	_, f := l.open(spec(), "", masqueradeBack)
	for _, target := range []string{"2001:db8:99::1", "2001:db8:2::2"} {
		for range 2 { // a second time with all neighbours forgotten
			l.at(l.in, func() {
				if !l.ping(target) {
					t.Errorf("no echo from %s", target)
				}
			})
			l.run("ip -6 neigh flush dev eth1")
			l.at(l.out, func() { l.run("ip -6 neigh flush dev out0") })
		}
	}
	discovery := func(b []byte) bool {
		return header.IPVersion(b) == 6 && header.IPv6(b).NextHeader() == uint8(netstack.ICMPv6) && b[40] >= 130 && b[40] <= 137
	}
	if n := len(f.find(discovery)); n > 0 {
		t.Errorf("%d packets of neighbour discovery came to the firewall", n)
	}
}
