package explain

import (
	"fmt"
	"net/netip"
	"strings"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/conf"
	"sallyport/netstack"
)

// flow is "tcp 10.1.0.5:5000 -> 1.1.1.1:443"; of ICMP it has the type, and of a
// query its identifier.
func flow(p *netstack.Packet) string {
	k := &p.Flow
	switch {
	case p.ICMP != netstack.NotICMP:
		return fmt.Sprintf("%v/%s %v -> %v%s", k.Proto, typeName(p), k.Src, k.Dst, identifier(p))
	case k.Src.IsZero() && k.Dst.IsZero():
		return "a packet without addresses"
	case k.SrcPort == 0 && k.DstPort == 0:
		return fmt.Sprintf("%v %v -> %v", k.Proto, k.Src, k.Dst)
	}
	return fmt.Sprintf("%v %v -> %v", k.Proto, end(k.Src, k.SrcPort), end(k.Dst, k.DstPort))
}

func end(a netstack.Addr, port uint16) netip.AddrPort { return netip.AddrPortFrom(a.Netip(), port) }

func identifier(p *netstack.Packet) string {
	switch p.ICMP {
	case netstack.ICMPQuery:
		return fmt.Sprintf(" id %d", p.Flow.SrcPort)
	case netstack.ICMPReply:
		return fmt.Sprintf(" id %d", p.Flow.DstPort)
	case netstack.ICMPError:
		if p.Quoted.Src.IsZero() {
			return " about nothing that can be told"
		}
		return fmt.Sprintf(" about %v", p.Quoted)
	}
	return ""
}

// endpoint is an end of a flow, with what stands for its port if it has one.
func endpoint(a netstack.Addr, port uint16, proto netstack.Protocol) string {
	switch {
	case proto.HasPorts():
		return end(a, port).String()
	case proto == netstack.ICMP || proto == netstack.ICMPv6:
		return fmt.Sprintf("%v id %d", a, port)
	}
	return a.String()
}

const flagLetters = "FSRPAUEC"

// flags are TCP's by their letters.
func flags(f header.TCPFlags) string {
	var b strings.Builder
	for i, letter := range flagLetters {
		if f>>i&1 != 0 {
			b.WriteRune(letter)
		}
	}
	if b.Len() == 0 {
		return "none"
	}
	return b.String()
}

// describe is what is in a packet's headers beside its flow.
func describe(p *netstack.Packet) string {
	words := fmt.Sprintf("IPv%d, %d bytes, %s left", p.Version, p.Len(), hops(p.TTL()))
	if p.DontFragment() && p.Version == 4 {
		words += ", not to be fragmented"
	}
	if p.Flow.Proto == netstack.TCP && !p.Fragment.Is {
		h := p.TCP()
		words += fmt.Sprintf("; flags %s, seq %d, ack %d, window %d", flags(p.TCPFlags), h.SequenceNumber(), h.AckNumber(), h.WindowSize())
	}
	return words
}

func hops(n uint8) string {
	if n == 1 {
		return "1 hop"
	}
	return fmt.Sprintf("%d hops", n)
}

// describeAnswer says what the firewall itself sends back.
func describeAnswer(in netstack.Side, f *netstack.Frame) string {
	var p netstack.Packet
	if p.Parse(in, f) != netstack.ReasonNone {
		return "an answer"
	}
	if p.Flow.Proto == netstack.TCP {
		return fmt.Sprintf("a TCP segment with flags %s from %v, ack %d", flags(p.TCPFlags), end(p.Flow.Src, p.Flow.SrcPort), p.TCP().AckNumber())
	}
	return fmt.Sprintf("%v/%s (code %d) from %v", p.Flow.Proto, typeName(&p), p.ICMPCode, p.Flow.Src)
}

func side(s netstack.Side) string { return s.String() }

func typeName(p *netstack.Packet) string { return conf.ICMPTypeName(p.Flow.Proto, p.ICMPType) }
