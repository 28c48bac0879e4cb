package conf

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/netstack"
	"sallyport/netstack/craft"
)

func TestPacketsInWords(t *testing.T) {
	tcp := craft.Packet{Protocol: netstack.TCP, Src: netip.MustParseAddr("10.1.0.5"), Dst: netip.MustParseAddr("1.1.1.1"),
		SrcPort: probePort, DstPort: 443, Flags: 2, Seq: 1, Window: probeWindow, TTL: 64, DontFragment: true}
	with := func(change func(*craft.Packet)) craft.Packet { p := tcp; change(&p); return p }
	for words, want := range map[string]craft.Packet{
		"10.1.0.5 -> 1.1.1.1 tcp/443":       tcp,
		"tcp 10.1.0.5 1.1.1.1:443":          tcp,
		"10.1.0.5 1.1.1.1 https":            tcp,
		"  10.1.0.5\t->1.1.1.1 https":       {},
		"10.1.0.5:5000 1.1.1.1:443 tcp/443": with(func(p *craft.Packet) { p.SrcPort = 5000 }),
		"tcp 10.1.0.5 1.1.1.1:443 flags A seq 17 ack 0x10 window 9 ttl 1 size 900 nodf": with(func(p *craft.Packet) {
			p.Flags, p.Seq, p.Ack, p.Window, p.TTL, p.Size, p.DontFragment = 16, 17, 16, 9, 1, 900, false
		}),
		"tcp 10.1.0.5 1.1.1.1:443 flags none": with(func(p *craft.Packet) { p.Flags = 0 }),
		"tcp 10.1.0.5 1.1.1.1:443 flags s.":   with(func(p *craft.Packet) { p.Flags = 18 }),
		"udp/443 10.1.0.5 1.1.1.1": with(func(p *craft.Packet) {
			p.Protocol, p.Flags, p.Seq = netstack.UDP, 0, 0
		}),
		"traceroute 10.1.0.5 1.1.1.1": with(func(p *craft.Packet) {
			p.Protocol, p.Flags, p.Seq, p.DstPort = netstack.UDP, 0, 0, 33434
		}),
		"sctp/7 10.1.0.5 1.1.1.1 tag 9": with(func(p *craft.Packet) {
			p.Protocol, p.Flags, p.Seq, p.DstPort, p.DontFragment = netstack.SCTP, 0, 9, 7, false
		}),
		"proto 200 10.1.0.5 1.1.1.1 df": with(func(p *craft.Packet) {
			p.Protocol, p.Flags, p.Seq, p.SrcPort, p.DstPort = 200, 0, 0, 0, 0
		}),
		"icmp 10.1.0.5 1.1.1.1": with(func(p *craft.Packet) {
			*p = craft.Packet{Protocol: netstack.ICMP, Src: p.Src, Dst: p.Dst, Type: 8, ID: 1, TTL: 64, Window: probeWindow}
		}),
		"icmp timestamp-request 10.1.0.5 1.1.1.1 id 7": with(func(p *craft.Packet) {
			*p = craft.Packet{Protocol: netstack.ICMP, Src: p.Src, Dst: p.Dst, Type: 13, ID: 7, TTL: 64, Window: probeWindow}
		}),
		"icmp fd00::5 fd00::1": {Protocol: netstack.ICMPv6, Src: netip.MustParseAddr("fd00::5"), Dst: netip.MustParseAddr("fd00::1"),
			Type: 128, ID: 1, TTL: 64, Window: probeWindow},
		"fd00::5 icmp/echo-reply fd00::1": {Protocol: netstack.ICMPv6, Src: netip.MustParseAddr("fd00::5"), Dst: netip.MustParseAddr("fd00::1"),
			Type: 129, ID: 1, TTL: 64, Window: probeWindow},
		"[fd00::5]:5000 [fd00::1]:53 udp": {Protocol: netstack.UDP, Src: netip.MustParseAddr("fd00::5"), Dst: netip.MustParseAddr("fd00::1"),
			SrcPort: 5000, DstPort: 53, TTL: 64, Window: probeWindow, DontFragment: true},
	} {
		got, err := ParseProbe(words)
		if (err == nil) != (want != craft.Packet{}) {
			t.Errorf("%s: %v", words, err)
		} else if d := cmp.Diff(want, got.Packet, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); err == nil && d != "" {
			t.Errorf("%s (-want +got):\n%s", words, d)
		}
	}
}

// What says self gets the address that the box has, of the other end's family.
func TestPacketsOfTheBox(t *testing.T) {
	own := func(v4 bool) netip.Addr {
		if v4 {
			return netip.MustParseAddr("192.0.2.1")
		}
		return netip.Addr{}
	}
	p, err := ParseProbe("198.51.100.1 -> self icmp/time-exceeded about self:5000 -> 1.1.1.1 udp/53")
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.Craft(own)
	if err != nil || got.Dst != own(true) || got.Quoted.Src != own(true) || got.Quoted.SrcPort != 5000 {
		t.Errorf("%+v quoting %+v: %v", got, got.Quoted, err)
	}
	if p, _ = ParseProbe("fd00::1 -> self:53 udp"); p.DstPort != 53 {
		t.Errorf("%+v", p)
	}
	if _, err := p.Craft(own); err == nil || !strings.Contains(err.Error(), "no IPv6 address") {
		t.Errorf("an address that the box does not have: %v", err)
	}
}

// FuzzProbe: whatever is read can be made, or says why not.
func FuzzProbe(f *testing.F) {
	for _, words := range []string{"10.1.0.5 -> 1.1.1.1 tcp/443 flags SA ack 1 size 100", "self fd00::1 icmp id 3 ttl 0",
		"proto 47 10.0.0.1 10.0.0.2 df", "1.1.1.1 self icmp/3/4 about self:1 -> 1.1.1.1:2 sctp tag 7", "[::1]:1 [::2]:2 dccp"} {
		f.Add(words)
	}
	own := func(v4 bool) netip.Addr {
		return map[bool]netip.Addr{true: netip.MustParseAddr("192.0.2.1"), false: netip.MustParseAddr("fd00:2::1")}[v4]
	}
	f.Fuzz(func(t *testing.T, words string) {
		p, err := ParseProbe(words)
		if err != nil {
			return
		}
		made, err := p.Craft(own)
		if err != nil {
			t.Fatalf("%q cannot be: %v", words, err)
		}
		b, err := made.Bytes()
		if err == nil && (len(b) < 20 || len(b) > netstack.MaxPacket) {
			t.Fatalf("%q is %d bytes", words, len(b))
		}
	})
}
