package appliance

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"sallyport/appliance/doctor"
	"sallyport/appliance/plumbing"
	"sallyport/netstack"
	"sallyport/policy"
)

func TestWhoIsLetIn(t *testing.T) {
	login := func(from, iface string) doctor.Login {
		return doctor.Login{From: netip.MustParseAddrPort(from), To: netip.MustParseAddrPort("192.0.2.1:22"), Interface: iface}
	}
	host := netip.MustParseAddr("203.0.113.5")
	ssh := []policy.Service{{Protocol: netstack.TCP, Destination: netstack.PortRange{First: 22, Last: 22}}}
	one := []policy.Address{{Range: policy.AddrRange{First: host, Last: host}}}
	accept := policy.Rule{From: policy.FromOutside, To: policy.ToSelf, Service: ssh, Action: netstack.Pass}
	for name, c := range map[string]struct {
		rules []policy.Rule
		login doctor.Login
		want  bool
	}{
		"no rule":            {nil, login("203.0.113.5:1", "eth1"), false},
		"a rule for it":      {[]policy.Rule{accept}, login("203.0.113.5:1", "eth1"), true},
		"from another side":  {[]policy.Rule{accept}, login("203.0.113.5:1", "eth0"), false},
		"of another port":    {[]policy.Rule{with(accept, func(r *policy.Rule) { r.Service = telnet })}, login("203.0.113.5:1", "eth1"), false},
		"from this source":   {[]policy.Rule{with(accept, func(r *policy.Rule) { r.Source = one })}, login("203.0.113.5:1", "eth1"), true},
		"from other sources": {[]policy.Rule{with(accept, func(r *policy.Rule) { r.Source = one })}, login("203.0.113.6:1", "eth1"), false},
		"dropped before": {[]policy.Rule{with(accept, func(r *policy.Rule) { r.Source, r.Action = one, netstack.Drop }), accept},
			login("203.0.113.5:1", "eth1"), false},
		"of the other family": {[]policy.Rule{with(accept, func(r *policy.Rule) { r.Family = policy.IPv6 })}, login("203.0.113.5:1", "eth1"), false},
	} {
		spec := plumbing.Spec{Self: selfServices(c.rules, 0)}
		spec.Sides[netstack.Inside].Interface, spec.Sides[netstack.Outside].Interface = "eth0", "eth1"
		if got := admits(spec, c.login); got != c.want {
			t.Errorf("%s: let in %v, want %v", name, got, c.want)
		}
	}
}

var telnet = []policy.Service{{Protocol: netstack.TCP, Destination: netstack.PortRange{First: 23, Last: 23}}}

func with(r policy.Rule, change func(*policy.Rule)) policy.Rule {
	change(&r)
	return r
}

// On a side whose address carries translated sessions, a rule without ports
// must not take their replies away.
func TestSelfRuleWithoutPortsOnTheMasqueradedSide(t *testing.T) {
	anyTo := []policy.Rule{{From: policy.FromInside | policy.FromOutside, To: policy.ToSelf, Action: netstack.Pass}}
	for _, s := range selfServices(anyTo, policy.FromOutside) {
		want := allPorts
		if s.From == netstack.Outside {
			want = wellKnown
		}
		if s.Ports != want {
			t.Errorf("%v %v: ports %v, want %v", s.From, s.Protocol, s.Ports, want)
		}
	}
}

// TestNegatedAndSourcePortsToSelf: the kernel is told of ranges without what is
// taken away, and of the ports that a packet must come from.
func TestNegatedAndSourcePortsToSelf(t *testing.T) {
	r := policy.Rule{From: policy.FromInside, To: policy.ToSelf, Family: policy.IPv4, Action: netstack.Pass, Service: []policy.Service{
		{Protocol: netstack.TCP, Destination: portRange(20, 30)},
		{Protocol: netstack.UDP, Source: portRange(123, 123), Destination: portRange(123, 123)},
		{Protocol: netstack.TCP, Destination: portRange(23, 23), Negate: true},
	}}
	var got []string
	for _, s := range selfServices([]policy.Rule{r}, 0) {
		got = append(got, fmt.Sprintf("%v %d-%d from %d", s.Protocol, s.Ports.First, s.Ports.Last, s.Sources.First))
	}
	if want := []string{"tcp 20-22 from 0", "tcp 24-30 from 0", "udp 123-123 from 123"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	r.Service = []policy.Service{{Protocol: netstack.TCP, Destination: portRange(22, 22), Negate: true}}
	for _, s := range selfServices([]policy.Rule{r}, 0) {
		if s.Protocol == netstack.TCP && s.Ports.Contains(22) || s.Protocol == netstack.UDP && s.Ports != allPorts {
			t.Errorf("all but ssh: %v %v", s.Protocol, s.Ports)
		}
	}
}

func TestNegatedSourcesBecomePrefixes(t *testing.T) {
	r := policy.Rule{From: policy.FromInside, To: policy.ToSelf, Action: netstack.Pass, Family: policy.IPv4,
		Source: []policy.Address{{Negate: true, Range: policy.AddrRange{First: netip.MustParseAddr("128.0.0.0"), Last: netip.MustParseAddr("255.255.255.255")}}}}
	for _, s := range selfServices([]policy.Rule{r}, 0) {
		if s.Source != netip.MustParsePrefix("0.0.0.0/1") {
			t.Errorf("source %v, want 0.0.0.0/1 alone", s.Source)
		}
	}
}

func TestSteeredPortsOfDestinationTranslations(t *testing.T) {
	nat := []policy.NAT{{Type: policy.DNAT, From: policy.FromOutside, Destination: []policy.Address{{Self: true}}, Service: telnet},
		{Type: policy.Masquerade, From: policy.FromInside, To: policy.FromOutside}}
	got := steered(nat)
	if len(got) != 2 { // a family each
		t.Fatalf("%d entries, want IPv4's and IPv6's", len(got))
	}
	for _, s := range got {
		if s.From != netstack.Outside || s.Ports.First != 23 || s.Protocol != netstack.TCP {
			t.Errorf("%+v, want port 23 from outside", s)
		}
	}
}
