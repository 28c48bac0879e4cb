package main

import (
	"net/netip"

	"go4.org/netipx"
	"tailscale.com/net/packet"
	"tailscale.com/types/ipproto"
	"tailscale.com/types/views"
	"tailscale.com/wgengine/filter"
	"tailscale.com/wgengine/filter/filtertype"
)

// openTailscale opens the filter of a node. It has rules about what comes in to the
// node, and remembers the datagrams that went out; TCP it does not follow, every
// segment but a SYN passes. So that each kind of packet meets what there is for it,
// TCP from inside comes in to the node, and UDP goes out.
func openTailscale() (*engine, error) {
	everywhere := netip.MustParsePrefix("0.0.0.0/0")
	var local netipx.IPSetBuilder
	local.AddPrefix(everywhere)
	nets, err := local.IPSet()
	if err != nil {
		return nil, err
	}
	ports := func(first, last uint16) filtertype.NetPortRange {
		return filtertype.NetPortRange{Net: everywhere, Ports: filtertype.PortRange{First: first, Last: last}}
	}
	rule := filter.Match{
		IPProto: views.SliceOf([]ipproto.Proto{ipproto.TCP}),
		Srcs:    []netip.Prefix{private}, SrcsContains: private.Contains,
		Dsts: []filtertype.NetPortRange{ports(0, 22), ports(24, 65535)},
	}
	f := filter.New([]filter.Match{rule}, nil, nets, nil, nil, func(string, ...any) {})
	var p packet.Parsed
	return &engine{pass: func(side int, b []byte) bool {
		p.Decode(b)
		if side == inside && p.IPProto == ipproto.TCP {
			return f.RunIn(&p, 0) == filter.Accept
		}
		verdict, _ := f.RunOut(&p, 0)
		return verdict == filter.Accept
	}}, nil
}
