package conf

import (
	"fmt"
	"slices"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/netstack"
)

// What a packet has that nothing is said of.
const (
	probePort   = 40000
	probeTTL    = 64
	probeWindow = 64240
	probeSeq    = 1
	probeID     = 1
)

// complete looks whether all is said, and says the rest.
func (r *probeReader) complete() error {
	p := &r.p
	switch {
	case r.ends < 2:
		return fmt.Errorf("want a source and a destination, as in %q", "10.1.0.5 -> 1.1.1.1 tcp/443")
	case !r.protocol:
		return fmt.Errorf("which protocol? Say it as in %q", "10.1.0.5 -> 1.1.1.1 tcp/443")
	case p.Src.IsValid() && p.Dst.IsValid() && p.Src.Is4() != p.Dst.Is4():
		return fmt.Errorf("%v and %v are of two families", p.Src, p.Dst)
	case p.SrcSelf && p.DstSelf:
		return fmt.Errorf("both ends are %q, and the firewall does not see what the box says to itself", selfWord)
	case !p.Protocol.HasPorts() && (r.srcPort || r.dstPort):
		return fmt.Errorf("%v has no ports", p.Protocol)
	case p.Protocol.HasPorts() && !r.dstPort:
		return fmt.Errorf("the port is missing: write \"%v/443\" or a destination such as %q", p.Protocol, "1.1.1.1:443")
	}
	r.fill()
	return r.consistent()
}

func (r *probeReader) fill() {
	p := &r.p
	fill(&p.TTL, probeTTL, r.said["ttl"])
	fill(&p.Window, probeWindow, r.said["window"])
	fill(&p.Seq, probeSeq, p.SeqSaid || p.Protocol != netstack.TCP)
	fill(&p.SrcPort, probePort, r.srcPort || !p.Protocol.HasPorts())
	if p.Protocol == netstack.TCP && !r.flags {
		p.Flags = uint8(header.TCPFlagSyn)
	}
	if !r.fragmentable {
		p.DontFragment = p.DontFragment || p.Protocol == netstack.TCP || p.Protocol == netstack.UDP
	}
	r.fillICMP()
}

// fillICMP makes a message an echo request of the addresses' family, unless
// something else was said.
func (r *probeReader) fillICMP() {
	p := &r.p
	is6 := p.Src.Is6() || p.Dst.Is6()
	switch {
	case p.Protocol == netstack.ICMP && is6:
		p.Type = sameType(p.Type)
		p.Protocol = netstack.ICMPv6
		fallthrough
	case p.Protocol == netstack.ICMPv6:
		fill(&p.Type, icmpTypes[netstack.ICMPv6]["echo-request"], r.icmpType)
	case p.Protocol == netstack.ICMP:
		fill(&p.Type, icmpTypes[netstack.ICMP]["echo-request"], r.icmpType)
	default:
		return
	}
	fill(&p.ID, probeID, r.said["id"])
}

// sameType is the type of ICMPv6 that has the name of this type of ICMP.
func sameType(kind uint8) uint8 {
	for name, t := range icmpTypes[netstack.ICMP] {
		if six, ok := icmpTypes[netstack.ICMPv6][name]; ok && t == kind {
			return six
		}
	}
	return kind
}

func fill[T any](to *T, with T, said bool) {
	if !said {
		*to = with
	}
}

// consistent refuses what the protocol does not have.
func (r *probeReader) consistent() error {
	p := &r.p
	isICMP := p.Protocol == netstack.ICMP || p.Protocol == netstack.ICMPv6
	for _, o := range []struct {
		words []string
		ok    bool
		of    string
	}{
		{[]string{"flags", "ack", "window"}, p.Protocol == netstack.TCP, "TCP"},
		{[]string{"seq"}, p.Protocol == netstack.TCP, "TCP"},
		{[]string{"tag"}, p.Protocol == netstack.SCTP, "SCTP"},
		{[]string{"id", "about"}, isICMP, "ICMP"},
	} {
		for _, w := range o.words {
			if r.said[w] && !o.ok {
				return fmt.Errorf("%q is of %s, and the packet is of %v", w, o.of, p.Protocol)
			}
		}
	}
	if p.Quoted == nil && isICMP && isICMPError(p.Protocol, p.Type) {
		return fmt.Errorf("an ICMP error speaks of a packet: add %q and that packet, as in %q", "about", "about 10.1.0.5 -> 1.1.1.1 tcp/443")
	}
	return nil
}

func isICMPError(proto netstack.Protocol, kind uint8) bool {
	if proto == netstack.ICMPv6 {
		return kind >= 1 && kind <= 4
	}
	return slices.Contains([]uint8{3, 4, 11, 12}, kind)
}
