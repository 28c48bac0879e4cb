package explain

import (
	"fmt"

	"sallyport/conf"
	"sallyport/netstack"
	"sallyport/policy"
)

// whyNot says a condition in the words of the file, and what the packet is.
func whyNot(p *policy.Seen, m policy.Miss, said conf.Said) string {
	family := map[bool]string{true: "IPv4", false: "IPv6"}[p.Src.Is4()]
	switch m {
	case policy.NotNow:
		return "it does not hold at this time"
	case policy.OtherFrom:
		return fmt.Sprintf("from is %s, the packet comes from %v", orWords(said.From, "another side"), p.From)
	case policy.OtherTo:
		return fmt.Sprintf("to is %s, the packet goes to %s", orWords(said.To, "another side"), zone(p.To))
	case policy.OtherFamily:
		return fmt.Sprintf("it is of %s, the packet is %s", orWords(said.Family, "the other IP version"), family)
	case policy.OtherSource:
		return fmt.Sprintf("source %v is not in [%s]", p.Src, orWords(said.Source, "..."))
	case policy.OtherDestination:
		return fmt.Sprintf("destination %v is not in [%s]", p.Dst, orWords(said.Destination, "..."))
	}
	return fmt.Sprintf("%s is not in [%s]", service(p), orWords(said.Service, "..."))
}

func orWords(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func zone(z policy.Zones) string {
	for s := netstack.Inside; s <= netstack.Self; s++ {
		if z == 1<<s {
			return s.String()
		}
	}
	return "anywhere"
}

// service is a packet's as it would be written.
func service(p *policy.Seen) string {
	switch {
	case p.Proto.HasPorts():
		return fmt.Sprintf("%v/%d", p.Proto, p.DstPort)
	case p.Proto == netstack.ICMP || p.Proto == netstack.ICMPv6:
		return fmt.Sprintf("%v/%s", p.Proto, conf.ICMPTypeName(p.Proto, p.Type))
	}
	return p.Proto.String()
}
