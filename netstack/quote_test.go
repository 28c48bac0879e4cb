package netstack_test

import (
	"testing"

	. "sallyport/netstack"
	"sallyport/netstack/nettest"
)

func TestQuoted(t *testing.T) {
	for _, c := range []struct {
		name   string
		quoted nettest.Packet
		want   string // "" for nothing that can match
	}{
		{"tcp", nettest.TCP(in4, out4), "tcp 10.1.0.5:40000 -> 1.1.1.1:443"},
		{"udp behind options", nettest.UDP(in4, out4, nettest.IPOptions(148, 4, 0, 0)), "udp 10.1.0.5:40000 -> 1.1.1.1:443"},
		{"udp6 behind extensions", nettest.UDP(in6, out6, nettest.Extension(60, 0, 1, 4, 0, 0, 0, 0)), "udp [2001:db8:1::5]:40000 -> [2001:db8:2::1]:443"},
		{"first fragment", nettest.UDP(in4, out4, nettest.Payload(64), nettest.Fragment(0, 24, true, 1)), "udp 10.1.0.5:40000 -> 1.1.1.1:443"},
		{"echo", nettest.ICMPEcho(host4, peer4, nettest.ID(7)), "icmp 10.1.0.5:7 -> 1.1.1.1:8"},
		{"echo reply6", nettest.ICMPEchoReply(host6, peer6, nettest.ID(7)), "icmpv6 [2001:db8:1::5]:128 -> [2001:db8:2::1]:7"},
		{"gre", nettest.IP(host4, peer4, GRE), "gre 10.1.0.5 -> 1.1.1.1"},
		{"later fragment", nettest.UDP(in4, out4, nettest.Payload(64), nettest.Fragment(24, 24, true, 1)), ""},
		{"later fragment6", nettest.UDP(in6, out6, nettest.Payload(64), nettest.Fragment(24, 24, true, 1)), ""},
		{"error", nettest.Unreachable(host4, peer4, 1, nettest.UDP(out4, in4)), ""},
		{"from loopback", nettest.UDP("127.0.0.1:1", out4), ""},
		{"to multicast", nettest.UDP(in6, "[ff02::fb]:5353"), ""},
		{"from a mapped address", nettest.IP("::ffff:10.1.0.5", peer6, GRE), ""},
	} {
		from, to := peer4, host4
		if c.quoted.Bytes[0]>>4 == 6 {
			from, to = peer6, host6
		}
		for _, in := range []Side{Inside, Outside} {
			if p := nettest.TimeExceeded(from, to, c.quoted).Parse(t, in); c.want != "" && p.Quoted.In != in.Opposite() {
				t.Errorf("%s: an error from %v quotes a packet from %v", c.name, in, p.Quoted.In)
			}
		}
		p := nettest.TimeExceeded(from, to, c.quoted).Parse(t, Outside)
		if c.want == "" {
			if p.Quoted != (FlowKey{}) {
				t.Errorf("%s: quoted as %v", c.name, p.Quoted)
			}
			continue
		}
		if p.ICMP != ICMPError || p.Quoted.String() != c.want {
			t.Errorf("%s: quoted as %v, want %v", c.name, p.Quoted, c.want)
		}
		if _, ok := p.QuotedTCPSeq(); ok != (c.name == "tcp") {
			t.Errorf("%s: has a TCP sequence number: %v", c.name, ok)
		}
	}
}

func TestParseQuote(t *testing.T) {
	udp, udp6 := nettest.UDP(in4, out4, nettest.Payload(20)), nettest.UDP(in6, out6, nettest.Payload(20))
	rejects(t, []rejection{
		{"8 bytes of transport", nettest.TimeExceeded(peer4, host4, udp, nettest.Quote(28)), ReasonNone},
		{"7 bytes of transport", nettest.TimeExceeded(peer4, host4, udp, nettest.Quote(27)), Short},
		{"half an IP header", nettest.TimeExceeded(peer4, host4, udp, nettest.Quote(19)), Short},
		{"nothing", nettest.TimeExceeded(peer4, host4, udp, nettest.Quote(0)), Short},
		{"8 bytes of transport6", nettest.TimeExceeded(peer6, host6, udp6, nettest.Quote(48)), ReasonNone},
		{"7 bytes of transport6", nettest.TimeExceeded(peer6, host6, udp6, nettest.Quote(47)), Short},
		{"half an IPv6 header", nettest.TimeExceeded(peer6, host6, udp6, nettest.Quote(39)), Short},
		{"wrong header checksum", nettest.TimeExceeded(peer4, host4, udp.Mutate(set(8, 1))), BadChecksum},
		{"IPv6 in ICMP", nettest.TimeExceeded(peer4, host4, udp6), BadHeader},
		{"IPv4 in ICMPv6", nettest.TimeExceeded(peer6, host6, udp), BadHeader},
		{"protocol without ports", nettest.TimeExceeded(peer4, host4, nettest.IP(host4, peer4, GRE)), ReasonNone},
	})
}
