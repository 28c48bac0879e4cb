package plumbing

import (
	"net/netip"
	"testing"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/netstack"
)

// masquerade puts the outside address of the box in place of the inside host's,
// in echo requests.
func masquerade(in netstack.Side, b []byte) bool {
	if in != netstack.Inside {
		return true
	}
	if header.IPVersion(b) == 4 {
		ip := header.IPv4(b)
		if ip.Protocol() != uint8(netstack.ICMP) {
			return true
		}
		ip.SetSourceAddressWithChecksumUpdate(tcpip.AddrFromSlice(netip.MustParseAddr("192.0.2.1").AsSlice()))
		return true
	}
	ip := header.IPv6(b)
	if ip.NextHeader() != uint8(header.ICMPv6ProtocolNumber) {
		return true
	}
	was := ip.SourceAddress()
	ip.SetSourceAddress(tcpip.AddrFromSlice(netip.MustParseAddr("2001:db8:2::1").AsSlice()))
	header.ICMPv6(ip.Payload()).UpdateChecksumPseudoHeaderAddress(was, ip.SourceAddress())
	return true
}

// The kernel's own errors about a translated packet are addressed to the box;
// they come to the firewall, from the box's address on that side.
func TestKernelErrorsAboutTranslatedPacketsComeBack(t *testing.T) {
	l := newLab(t)
	_, f := l.open(spec(), "", masquerade)
	l.must(writeSysctl("net/ipv4/neigh/eth1/retrans_time_ms", "50"))
	l.must(writeSysctl("net/ipv6/neigh/eth1/retrans_time_ms", "50"))
	for _, c := range []struct {
		to, own    string
		icmp, code byte
		at         int
	}{
		{"192.0.2.99", "192.0.2.1", 3, 1, 20},
		{"2001:db8:2::99", "2001:db8:2::1", 1, 3, 40},
	} {
		l.at(l.in, func() { l.try("ping -n -c 1 -W 0.1 " + c.to) })
		is := func(b []byte) bool {
			return len(b) > c.at && destination(b).String() == c.own && b[c.at] == c.icmp && b[c.at+1] == c.code
		}
		errors := l.await(f, is)
		if len(errors) == 0 {
			t.Errorf("no error about %s came", c.to)
			continue
		}
		if from := source(errors[0]).String(); from != c.own {
			t.Errorf("the error about %s is from %s, want %s", c.to, from, c.own)
		}
	}
	before := len(f.find(anything))
	if !l.ping("192.0.2.1") || !l.ping("2001:db8:2::1") {
		t.Error("the box cannot ping itself")
	}
	if after := len(f.find(anything)); after != before {
		t.Errorf("the box's pings to itself came to the firewall: %d packets", after-before)
	}
}

func anything([]byte) bool { return true }

// await waits until the forwarder has read a packet that matches.
func (l *lab) await(f *forwarder, match func([]byte) bool) [][]byte {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range 600 {
		if found := f.find(match); len(found) > 0 {
			return found
		}
		<-tick.C
	}
	return nil
}
