package forward

import (
	"net/netip"
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/policy"
)

// RFC 6888 REQ-6: what is exempt leaves as it is, by destination and by port.
func Test6888REQ6ExemptByDestination(t *testing.T) {
	spec := masquerading()
	exempt := policy.NAT{Name: "vpn", Type: policy.Exempt, From: policy.FromInside, To: policy.FromOutside,
		Destination: []policy.Address{{Range: policy.AddrRange{First: netip.MustParseAddr("203.0.113.0"), Last: netip.MustParseAddr("203.0.113.255")}}},
		Service:     []policy.Service{{Protocol: netstack.UDP, Destination: netstack.PortRange{First: 500, Last: 500}}}}
	spec.NAT = append([]policy.NAT{exempt}, spec.NAT...)
	r := newRig(t, spec)
	for to, as := range map[string]string{"203.0.113.9:500": "10.1.0.10", "203.0.113.9:501": public, "198.51.100.7:500": public} {
		if got := hostOf(r.leaves("10.1.0.10:500", to)); got != as {
			t.Errorf("to %s it leaves as %s, want %s", to, got, as)
		}
	}
}

// REQ-7: the same addresses are inside and outside, and every host reaches every
// other, even the one that is called as it is itself.
func Test4787REQ7SameAddressesOnBothSides(t *testing.T) {
	prefix := func(s string) []policy.Address {
		p := netip.MustParsePrefix(s)
		last := p.Addr().As4()
		last[3] = 255
		return []policy.Address{{Range: policy.AddrRange{First: p.Addr(), Last: netip.AddrFrom4(last)}}}
	}
	both := policy.FromInside | policy.FromOutside
	spec := policy.Spec{
		Rules: []policy.Rule{{Name: "all", From: both, To: both, Action: netstack.Pass}},
		NAT: []policy.NAT{
			{Name: "them", Type: policy.Static, From: policy.FromOutside, To: policy.FromInside,
				Source: prefix("10.9.0.0/24"), External: []policy.AddrRange{prefix("10.109.0.0/24")[0].Range}},
			{Name: "us", Type: policy.Static, From: policy.FromInside, To: policy.FromOutside,
				Source: prefix("10.9.0.0/24"), External: []policy.AddrRange{prefix("10.209.0.0/24")[0].Range}},
		},
	}
	r := newRig(t, outward())
	topo := topology()
	for side := range topo.Sides {
		topo.Sides[side].Networks = []netip.Prefix{netip.MustParsePrefix("10.9.0.0/24")}
	}
	rules, err := policy.Compile(spec, topo)
	if err != nil {
		t.Fatal(err)
	}
	r.engine.Swap(NewPolicy(rules, 1))
	for _, host := range []string{"5", "7"} {
		sent := r.pass(in, nettest.UDP("10.9.0.5:4000", "10.109.0."+host+":53"))
		nettest.Check(t, nettest.Of(sent.Frame), nettest.From("10.209.0.5:4000"), nettest.To("10.9.0."+host+":53"))
		back := r.pass(out, nettest.UDP("10.9.0."+host+":53", "10.209.0.5:4000"))
		nettest.Check(t, nettest.Of(back.Frame), nettest.From("10.109.0."+host+":53"), nettest.To("10.9.0.5:4000"))
	}
}
