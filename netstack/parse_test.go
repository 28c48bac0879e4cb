package netstack_test

import (
	"testing"

	. "sallyport/netstack"
	"sallyport/netstack/nettest"
)

const (
	in4, out4 = "10.1.0.5:40000", "1.1.1.1:443"
	in6, out6 = "[2001:db8:1::5]:40000", "[2001:db8:2::1]:443"
	host4     = "10.1.0.5"
	peer4     = "1.1.1.1"
	host6     = "2001:db8:1::5"
	peer6     = "2001:db8:2::1"
)

// parse returns the view of p, which came from inside, and the reason.
func parse(p nettest.Packet) (Packet, Reason) {
	var view Packet
	r := view.Parse(Inside, p.Frame())
	return view, r
}

func TestParseFlow(t *testing.T) {
	quoted4 := nettest.UDP("10.1.0.5:5000", "1.1.1.1:53")
	quoted6 := nettest.TCP(in6, out6, nettest.Flags("S"), nettest.Seq(77))
	for _, c := range []struct {
		name   string
		packet nettest.Packet
		flow   string
	}{
		{"tcp", nettest.TCP(in4, out4, nettest.Flags("S")), "tcp 10.1.0.5:40000 -> 1.1.1.1:443"},
		{"tcp6", nettest.TCP(in6, out6), "tcp [2001:db8:1::5]:40000 -> [2001:db8:2::1]:443"},
		{"udp", nettest.UDP(in4, out4, nettest.Payload(3)), "udp 10.1.0.5:40000 -> 1.1.1.1:443"},
		{"udp6", nettest.UDP(in6, out6), "udp [2001:db8:1::5]:40000 -> [2001:db8:2::1]:443"},
		{"udplite", nettest.UDPLite(in4, out4, nettest.Payload(9)), "udplite 10.1.0.5:40000 -> 1.1.1.1:443"},
		{"sctp", nettest.SCTP(in4, out4, nettest.Payload(16)), "sctp 10.1.0.5:40000 -> 1.1.1.1:443"},
		{"dccp", nettest.DCCP(in6, out6), "dccp [2001:db8:1::5]:40000 -> [2001:db8:2::1]:443"},
		{"gre", nettest.IP(host4, peer4, GRE, nettest.Payload(8)), "gre 10.1.0.5 -> 1.1.1.1"},
		{"esp6", nettest.IP(host6, peer6, ESP, nettest.Payload(8)), "esp 2001:db8:1::5 -> 2001:db8:2::1"},
		{"empty", nettest.IP(host4, peer4, 200), "proto/200 10.1.0.5 -> 1.1.1.1"},
		{"no next header", nettest.IP(host6, peer6, 59, nettest.Payload(5)), "proto/59 2001:db8:1::5 -> 2001:db8:2::1"},
		{"echo", nettest.ICMPEcho(host4, peer4, nettest.ID(7)), "icmp 10.1.0.5:7 -> 1.1.1.1:8"},
		{"echo reply", nettest.ICMPEchoReply(host4, peer4, nettest.ID(7)), "icmp 10.1.0.5:8 -> 1.1.1.1:7"},
		{"echo6", nettest.ICMPEcho(host6, peer6, nettest.ID(7)), "icmpv6 [2001:db8:1::5]:7 -> [2001:db8:2::1]:128"},
		{"echo6 reply", nettest.ICMPEchoReply(host6, peer6, nettest.ID(7)), "icmpv6 [2001:db8:1::5]:128 -> [2001:db8:2::1]:7"},
		{"timestamp", nettest.ICMP(host4, peer4, 13, 0, nettest.ID(7), nettest.Payload(12)), "icmp 10.1.0.5:7 -> 1.1.1.1:13"},
		{"timestamp reply", nettest.ICMP(host4, peer4, 14, 0, nettest.ID(7), nettest.Payload(12)), "icmp 10.1.0.5:13 -> 1.1.1.1:7"},
		{"probe", nettest.ICMP(host4, peer4, 42, 0, nettest.ID(7)), "icmp 10.1.0.5:7 -> 1.1.1.1:42"},
		{"probe6 reply", nettest.ICMP(host6, peer6, 161, 0, nettest.ID(7)), "icmpv6 [2001:db8:1::5]:160 -> [2001:db8:2::1]:7"},
		{"home agent", nettest.ICMP(host6, peer6, 144, 0, nettest.ID(7)), "icmpv6 [2001:db8:1::5]:7 -> [2001:db8:2::1]:144"},
		{"prefixes", nettest.ICMP(host6, peer6, 147, 0, nettest.ID(7)), "icmpv6 [2001:db8:1::5]:146 -> [2001:db8:2::1]:7"},
		{"error", nettest.Unreachable(host4, peer4, 3, quoted4), "icmp 10.1.0.5:0 -> 1.1.1.1:0"},
		{"error6", nettest.TooBig(host6, peer6, 1300, quoted6), "icmpv6 [2001:db8:1::5]:0 -> [2001:db8:2::1]:0"},
		{"redirect", nettest.ICMP(host4, peer4, 5, 1, nettest.Payload(28)), "icmp 10.1.0.5:0 -> 1.1.1.1:0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			nettest.CheckSums(t, c.packet.Bytes, c.packet.Offload)
			p, r := parse(c.packet)
			if r != ReasonNone || p.Flow.String() != c.flow || p.Flow.In != Inside {
				t.Errorf("got %v, %v from %v; want %v", r, p.Flow, p.Flow.In, c.flow)
			}
			if !p.ChecksumOK() {
				t.Error("transport checksum is held to be wrong")
			}
		})
	}
}
