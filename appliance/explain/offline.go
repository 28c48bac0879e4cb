package explain

import (
	"fmt"
	"net/netip"
	"sallyport/appliance/control"
	"sallyport/state"
	"slices"
	"strings"
	"time"

	"sallyport/appliance/enforce"
	"sallyport/conf"
	"sallyport/netstack"
	"sallyport/policy"
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

// Assumptions are what Offline had to make up.
type Assumptions struct {
	Private bool         // private addresses stand for what lives inside
	Own     []netip.Addr // stand for the box's own addresses
}

// Words says it, a sentence each.
func (a *Assumptions) Words() (words []string) {
	if a.Private {
		words = append(words, "the file does not say what lives inside: private addresses stand for it")
	}
	for _, own := range a.Own {
		words = append(words, fmt.Sprintf("the file does not say what addresses the box has: %v stands for one", own))
	}
	return words
}

// about are those of the Words that a message about a packet, which was refused
// for this reason if it was, is not to be read without.
func (a *Assumptions) about(message string, r netstack.Reason) (words string) {
	matter := Assumptions{Private: a.Private && (r == netstack.Spoofed || r == netstack.NoRoute)}
	for _, own := range a.Own {
		if strings.Contains(message, own.String()) {
			matter.Own = append(matter.Own, own)
		}
	}
	for _, w := range matter.Words() {
		words += " (" + w + ")"
	}
	return words
}

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
	matter := Assumptions{Private: assumed.Private}
	for _, own := range assumed.Own {
		if strings.Contains(fmt.Sprint(x), own.String()) {
			matter.Own = append(matter.Own, own)
		}
	}
	x.Assumed = matter.Words()
	return x, err
}
