package conf

import (
	"fmt"
	"net/netip"

	"sallyport/netstack/craft"
)

// Craft returns the packet with the box's own address, as own has it of an IP
// version, where self was said; own returns no address if there is none.
func (p *Probe) Craft(own func(v4 bool) netip.Addr) (craft.Packet, error) {
	made := p.Packet
	v4 := p.Src.Is4() || p.Dst.Is4()
	for _, end := range []struct {
		self bool
		addr *netip.Addr
	}{{p.SrcSelf, &made.Src}, {p.DstSelf, &made.Dst}} {
		if !end.self {
			continue
		}
		if *end.addr = own(v4); !end.addr.IsValid() {
			return made, fmt.Errorf("the box has no %v address on this side for %q to stand for", familyIf(v4), selfWord)
		}
	}
	if p.Quoted == nil {
		return made, nil
	}
	quoted, err := p.Quoted.Craft(own)
	made.Quoted = &quoted
	return made, err
}

func familyIf(v4 bool) families {
	if v4 {
		return ipv4
	}
	return ipv6
}
