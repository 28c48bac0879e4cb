package netstack_test

import (
	"testing"

	. "sallyport/netstack"
	"sallyport/netstack/nettest"
)

// set returns a mutation that sets the byte at an offset.
func set(at int, to byte) func([]byte) { return func(b []byte) { b[at] = to } }

type rejection struct {
	name   string
	packet nettest.Packet
	want   Reason
}

func rejects(t *testing.T, cases []rejection) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if _, r := parse(c.packet); r != c.want {
				t.Errorf("got %v, want %v\n% x", r, c.want, c.packet.Bytes)
			}
		})
	}
}

func TestParseIPv4(t *testing.T) {
	udp := nettest.UDP(in4, out4, nettest.Payload(8))
	rejects(t, []rejection{
		{"nothing", nettest.Packet{}, Short},
		{"one byte", udp.Cut(1), Short},
		{"19 bytes", udp.Cut(19), Short},
		{"shorter than it says", udp.Cut(35), Short},
		{"version 5", udp.MutateIPv4(set(0, 0x55)), BadHeader},
		{"version 0", udp.MutateIPv4(set(0, 0x05)), BadHeader},
		{"IHL 4", udp.MutateIPv4(set(0, 0x44)), BadHeader},
		{"IHL 0", udp.MutateIPv4(set(0, 0x40)), BadHeader},
		{"IHL beyond the end", udp.MutateIPv4(set(0, 0x4f)), Short},
		{"total length within the header", udp.MutateIPv4(set(3, 19)), BadHeader},
		{"total length 0", udp.MutateIPv4(set(3, 0)), BadHeader},
		{"header checksum", udp.Mutate(set(8, 63)), BadChecksum},
		{"padding options", nettest.UDP(in4, out4, nettest.IPOptions(1, 1, 1, 0)), ReasonNone},
		{"nothing after the end of options", nettest.UDP(in4, out4, nettest.IPOptions(0, 131, 3, 4)), ReasonNone},
		{"loose source route", nettest.UDP(in4, out4, nettest.IPOptions(131, 7, 4, 1, 2, 3, 4)), SourceRoute},
		{"strict source route", nettest.UDP(in4, out4, nettest.IPOptions(1, 137, 7, 4, 1, 2, 3, 4)), SourceRoute},
		{"source route behind an option", nettest.UDP(in4, out4, nettest.IPOptions(148, 4, 0, 0, 131, 3, 4)), SourceRoute},
		{"option behind a source route", nettest.UDP(in4, out4, nettest.IPOptions(131, 3, 4, 148, 4, 0, 0)), SourceRoute},
		{"record route", nettest.UDP(in4, out4, nettest.IPOptions(7, 7, 4, 0, 0, 0, 0)), IPOption},
		{"router alert", nettest.UDP(in4, out4, nettest.IPOptions(148, 4, 0, 0)), IPOption},
		{"option beyond the header", nettest.UDP(in4, out4, nettest.IPOptions(148, 5, 0, 0)), BadHeader},
		{"option of length 1", nettest.UDP(in4, out4, nettest.IPOptions(148, 1, 0, 0)), BadHeader},
		{"option without a length", nettest.UDP(in4, out4, nettest.IPOptions(1, 1, 1, 148)), BadHeader},
	})
}

func TestParseIPv6(t *testing.T) {
	udp := nettest.UDP(in6, out6, nettest.Payload(8))
	with := func(o ...nettest.Option) nettest.Packet {
		return nettest.UDP(in6, out6, append(o, nettest.Payload(8))...)
	}
	hop := func(body ...byte) nettest.Option { return nettest.Extension(0, body...) }
	destination := nettest.Extension(60, 0, 1, 4, 0, 0, 0, 0)
	home := addr(peer6).As16()
	mobile := append([]byte{2, 2, 1, 0, 0, 0, 0}, home[:]...)
	rejects(t, []rejection{
		{"39 bytes", udp.Cut(39), Short},
		{"shorter than it says", udp.Cut(55), Short},
		{"padding", with(hop(0, 1, 4, 0, 0, 0, 0)), ReasonNone},
		{"router alert", with(hop(0, 5, 2, 0, 0, 0, 0)), ReasonNone},
		{"jumbo payload", with(hop(0, 0xc2, 4, 0, 1, 0, 0)), IPOption},
		{"jumbogram", with(hop(0, 0xc2, 4, 0, 1, 0, 0)).Mutate(func(b []byte) { b[4], b[5] = 0, 0 }), Short},
		{"option beyond its header", with(hop(0, 1, 5, 0, 0, 0, 0)), BadHeader},
		{"option without a length", with(hop(0, 0, 0, 0, 0, 0, 1)), BadHeader},
		{"hop-by-hop twice", with(hop(0, 1, 4, 0, 0, 0, 0), hop(0, 1, 4, 0, 0, 0, 0)), BadHeader},
		{"hop-by-hop later", with(destination, hop(0, 1, 4, 0, 0, 0, 0)), BadHeader},
		{"destination options", with(destination), ReasonNone},
		{"extension beyond the end", with(nettest.Extension(60, 9, 1, 4, 0, 0, 0, 0)), Short},
		{"authentication", with(nettest.Extension(51, 4, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)), ReasonNone},
		{"seven extensions", with(destination, destination, destination, destination, destination, destination, destination), ReasonNone},
		{"eight extensions", with(destination, destination, destination, destination, destination, destination, destination, destination), BadHeader},
		{"source route", with(nettest.Extension(43, 0, 0, 1, 0, 0, 0, 0)), SourceRoute},
		{"source route at its end", with(nettest.Extension(43, 0, 0, 0, 0, 0, 0, 0)), SourceRoute},
		{"segment routing", with(nettest.Extension(43, 0, 4, 1, 0, 0, 0, 0)), IPOption},
		{"segment routing at its end", with(nettest.Extension(43, 0, 4, 0, 0, 0, 0, 0)), ReasonNone},
		{"mobile destination", with(nettest.Extension(43, mobile...)), ReasonNone},
		{"mobile destination, twice to go", with(nettest.Extension(43, append([]byte{2, 2, 2}, mobile[3:]...)...)), BadHeader},
		{"mobile destination without one", with(nettest.Extension(43, 0, 2, 1, 0, 0, 0, 0)), BadHeader},
		{"whole in one fragment", with(nettest.Extension(44, 0, 0, 0, 1, 2, 3, 4)), ReasonNone},
	})
}

func TestParseTransport(t *testing.T) {
	tcp := nettest.TCP(in4, out4)
	rejects(t, []rejection{
		{"tcp of 19 bytes", nettest.IP(host4, peer4, TCP, nettest.Payload(19)), Short},
		{"tcp data offset past the end", tcp.Mutate(set(32, 0xf0)), Short},
		{"tcp data offset just past the end", nettest.TCP(in4, out4, nettest.Payload(3)).Mutate(set(32, 0x60)), Short},
		{"tcp data offset just at the end", nettest.TCP(in4, out4, nettest.Payload(4)).Mutate(set(32, 0x60)), ReasonNone},
		{"tcp data offset 4", tcp.Mutate(set(32, 0x40)), BadHeader},
		{"tcp data offset 0", tcp.Mutate(set(32, 0)), BadHeader},
		{"udp of 7 bytes", nettest.IP(host6, peer6, UDP, nettest.Payload(7)), Short},
		{"udp length 7", nettest.UDP(in4, out4).Mutate(set(25, 7)), BadHeader},
		{"udp length 0", nettest.UDP(in6, out6).Mutate(set(45, 0)), BadHeader},
		{"udp length past the end", nettest.UDP(in4, out4).Mutate(set(25, 9)), Short},
		{"udp with bytes over", nettest.UDP(in4, out4, nettest.Payload(8)).Mutate(set(25, 12)), ReasonNone},
		{"udplite coverage 7", nettest.UDPLite(in4, out4).Mutate(set(25, 7)), BadHeader},
		{"udplite coverage past the end", nettest.UDPLite(in4, out4).Mutate(set(25, 9)), Short},
		{"udplite covered whole", nettest.UDPLite(in4, out4).Mutate(set(25, 0)), ReasonNone},
		{"udplite of 7 bytes", nettest.IP(host4, peer4, UDPLite, nettest.Payload(7)), Short},
		{"sctp of 11 bytes", nettest.IP(host4, peer4, SCTP, nettest.Payload(11)), Short},
		{"dccp of 11 bytes", nettest.IP(host4, peer4, DCCP, nettest.Payload(11)), Short},
		{"dccp long, data offset 3", nettest.DCCP(in4, out4).Mutate(set(24, 3)), BadHeader},
		{"dccp short, data offset 3", nettest.DCCP(in4, out4).Mutate(func(b []byte) { b[24], b[28] = 3, 0 }), ReasonNone},
		{"dccp data offset past the end", nettest.DCCP(in4, out4).Mutate(set(24, 5)), Short},
		{"icmp of 7 bytes", nettest.IP(host4, peer4, ICMP, nettest.Payload(7)), Short},
		{"icmpv6 of 7 bytes", nettest.IP(host6, peer6, ICMPv6, nettest.Payload(7)), Short},
		{"icmp over IPv6", nettest.IP(host6, peer6, ICMP, nettest.Payload(7)), ReasonNone},
		{"icmpv6 over IPv4", nettest.IP(host4, peer4, ICMPv6, nettest.Payload(7)), ReasonNone},
	})
}

// Test6092REC1REC3Addresses: RFC 6092 REC-1, REC-2, REC-3 but for documentation.
func Test6092REC1REC3Addresses(t *testing.T) {
	v4 := func(src, dst string) nettest.Packet { return nettest.IP(src, dst, GRE) }
	cases := []rejection{
		{"land", nettest.TCP("10.1.0.5:80", "10.1.0.5:80"), Land},
		{"land between ports", nettest.UDP("10.1.0.5:80", "10.1.0.5:81"), Land},
		{"land6", v4(host6, host6), Land},
		{"link-local IPv4 is for the rules", v4("169.254.1.1", "169.254.169.254"), ReasonNone},
		{"documentation", v4("2001:db8::1", host6), ReasonNone},
		{"unique local", v4("fd00::9", host6), ReasonNone},
		{"below ORCHIDs", v4("2001:f:ffff::1", host6), ReasonNone},
		{"above ORCHIDs", v4("2001:30::1", host6), ReasonNone},
		{"above the discard prefix", v4("100:0:0:1::1", host6), ReasonNone},
		{"10/8", v4("10.255.255.255", peer4), ReasonNone},
	}
	for _, a := range []string{"0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"} {
		cases = append(cases, rejection{"from " + a, v4(a, peer4), Martian}, rejection{"to " + a, v4(host4, a), Martian})
	}
	for _, a := range []string{
		"::", "::1", "::10.1.0.5", "::ffff:10.1.0.5", "fe80::1", "febf::1", "fec0::1", "feff::1", "ff02::1", "ff0e::1",
		"2001:10::1", "2001:1f:ffff::1", "2001:20::1", "2001:2f::1", "100::1",
	} {
		cases = append(cases, rejection{"from " + a, v4(a, peer6), Martian}, rejection{"to " + a, v4(host6, a), Martian})
	}
	rejects(t, cases)
}
