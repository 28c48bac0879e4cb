package explain

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"sallyport/appliance/control"
	"sallyport/appliance/enforce"
	"sallyport/conf"
	"sallyport/netstack"
	"sallyport/policy"
	"sallyport/state"
)

// Own are the box's addresses on each side, as far as they are known.
type Own [netstack.Sides][]netip.Addr

// standIns stand for addresses of the box that a file does not tell. They are
// registered as dummies (RFC 7600, RFC 9780), or for use inside a device (RFC
// 6333), so that no policy means them.
var standIns = [netstack.Sides][]netip.Addr{
	netstack.Inside:  {netip.MustParseAddr("192.0.0.2"), netip.MustParseAddr("100:0:0:1::2")},
	netstack.Outside: {netip.MustParseAddr("192.0.0.8"), netip.MustParseAddr("100:0:0:1::8")},
}

// private is what lives inside where a file does not tell (RFC 1918, RFC 4193).
var private = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("fc00::/7"),
}

// offlineMTU is Ethernet's.
const offlineMTU = 1500

// Offline is the box that a file speaks of, without a look at any machine. own
// are addresses of the box on each side that somebody knows.
func Offline(s *conf.Settings, own Own) (box enforce.Box, assumed Assumptions) {
	for side := range netstack.Side(netstack.Sides) {
		t := offlineSide(&s.Sides[side], own[side])
		for i, v4 := range []bool{true, false} {
			if !slices.ContainsFunc(t.Own, func(a netip.Addr) bool { return a.Is4() == v4 }) {
				t.Own = append(t.Own, standIns[side][i])
				assumed.Own = append(assumed.Own, standIns[side][i])
			}
		}
		box.Sides[side], box.MTU[side] = t, offlineMTU
	}
	if inside := &box.Sides[netstack.Inside]; len(inside.Networks) == 0 {
		inside.Networks, assumed.Private = private, true
	}
	return box, assumed
}

// offlineSide is what a file says of a side.
func offlineSide(s *conf.Side, own []netip.Addr) policy.SideTopology {
	t := policy.SideTopology{Own: slices.Clone(own), Networks: slices.Clone(s.Networks), IPv4: true, IPv6: true}
	for _, g := range s.Gateway {
		t.Own = append(t.Own, g.Addr())
		if len(s.Networks) == 0 && !g.IsSingleIP() {
			t.Networks = append(t.Networks, g.Masked())
		}
	}
	if len(s.Networks) == 0 && s.Subnet.IsValid() {
		t.Networks = append(t.Networks, s.Subnet)
	}
	return t
}

// AskOffline answers a question about the firewall that settings would make on
// the box, with nothing in its tables.
func AskOffline(s *conf.Settings, box *enforce.Box, assumed Assumptions, q control.Question) (control.Explanation, error) {
	now, _ := s.At(time.Now())
	rules, err := enforce.Rules(now, box)
	if err != nil {
		return control.Explanation{}, err
	}
	b, err := newBench(s, rules, box)
	if err != nil {
		return control.Explanation{}, err
	}
	fw := Firewall{
		Engine: b.engine, Settings: s, Now: func() state.Instant { return 0 },
		RuleName: func(_, rule uint32) string { return rules.Rule(rule) },
	}
	x, err := fw.Ask(q, box)
	matter := Assumptions{Private: assumed.Private, Own: assumed.ownIn(fmt.Sprint(x))}
	x.Assumed = matter.Words()
	return x, err
}
