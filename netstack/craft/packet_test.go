package craft

import (
	"fmt"
	"net/netip"
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }

// What is made is what netstack reads, with every checksum right.
func TestPacketsAreWhatTheySay(t *testing.T) {
	for _, ends := range [][2]string{{"10.1.0.5", "192.0.2.1"}, {"fd00:1::5", "fd00:2::1"}} {
		for _, proto := range []netstack.Protocol{netstack.TCP, netstack.UDP, netstack.UDPLite, netstack.SCTP, netstack.DCCP,
			netstack.ICMP, netstack.ICMPv6, netstack.GRE, 200} {
			for _, size := range []int{0, 33, 60, 61, 577, 1500, 65535} {
				p := Packet{Protocol: proto, Src: addr(ends[0]), Dst: addr(ends[1]), SrcPort: 5000, DstPort: 443, Flags: 0x12, Seq: 7, Ack: 9,
					Window: 100, Type: 8, ID: 77, TTL: 9, Size: size, DontFragment: true}
				if proto == netstack.ICMPv6 {
					p.Type = 128
				}
				t.Run(fmt.Sprint(proto, ends[0], size), func(t *testing.T) { p.check(t) })
			}
		}
	}
}

func (p Packet) check(t *testing.T) {
	b, err := p.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	made := nettest.Packet{Bytes: b}
	if err := nettest.Sums(made); err != nil {
		t.Error(err)
	}
	got := made.Parse(t, netstack.Inside)
	want := netstack.FlowKey{Src: netstack.AddrFrom(p.Src), Dst: netstack.AddrFrom(p.Dst), Proto: p.Protocol}
	switch {
	case p.Protocol.HasPorts():
		want.SrcPort, want.DstPort = 5000, 443
	case got.ICMP == netstack.ICMPQuery:
		want.SrcPort, want.DstPort = 77, uint16(p.Type)
	}
	if got.Flow != want || got.TTL() != 9 || !got.DontFragment() || !got.ChecksumOK() {
		t.Errorf("it is %v with %d hops left, want %v", got.Flow, got.TTL(), want)
	}
	if p.Size >= 100 && len(b) < p.Size-3 && p.Protocol != netstack.SCTP || len(b) > max(p.Size, 100) {
		t.Errorf("%d bytes, want %d", len(b), p.Size)
	}
	if p.Protocol == netstack.TCP && (got.TCPFlags != 0x12 || got.TCP().SequenceNumber() != 7 || got.TCP().AckNumber() != 9) {
		t.Errorf("it is %v", got.TCP())
	}
}

func TestErrorQuotes(t *testing.T) {
	for proto, ends := range map[netstack.Protocol][3]string{
		netstack.ICMP: {"198.51.100.1", "192.0.2.1", "203.0.113.9"}, netstack.ICMPv6: {"fd00:9::1", "fd00:1::5", "fd00:7::9"},
	} {
		about := Packet{Protocol: netstack.TCP, Src: addr(ends[1]), Dst: addr(ends[2]), SrcPort: 5000, DstPort: 443, Seq: 99, TTL: 1, Size: 1400}
		p := Packet{Protocol: proto, Src: addr(ends[0]), Dst: addr(ends[1]), Type: map[bool]uint8{true: 11, false: 3}[proto == netstack.ICMP], TTL: 64, Quoted: &about}
		b, err := p.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		got := nettest.Packet{Bytes: b}.Parse(t, netstack.Outside)
		seq, ok := got.QuotedTCPSeq()
		if got.ICMP != netstack.ICMPError || got.Quoted.SrcPort != 5000 || got.Quoted.DstPort != 443 || seq != 99 || !ok {
			t.Errorf("quotes %v with sequence number %d", got.Quoted, seq)
		}
	}
}

func TestImpossiblePackets(t *testing.T) {
	good := Packet{Protocol: netstack.UDP, Src: addr("10.1.0.5"), Dst: addr("192.0.2.1")}
	for name, change := range map[string]func(*Packet){
		"no source":                func(p *Packet) { p.Src = netip.Addr{} },
		"two families":             func(p *Packet) { p.Dst = addr("fd00::1") },
		"too large":                func(p *Packet) { p.Size = 65536 },
		"a quotation of no packet": func(p *Packet) { p.Quoted = &Packet{} },
		"a quotation of another family": func(p *Packet) {
			p.Quoted = &Packet{Protocol: netstack.UDP, Src: addr("fd00::1"), Dst: addr("fd00::2")}
		},
	} {
		p := good
		change(&p)
		if b, err := p.Bytes(); err == nil {
			t.Errorf("%s: %x", name, b)
		}
	}
}
