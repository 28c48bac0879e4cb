package policy

import (
	"net/netip"
	"strings"
	"testing"

	"sallyport/netstack"
)

func TestCompileRefuses(t *testing.T) {
	rule := Rule{Name: "r", From: FromInside, To: FromOutside}
	for _, c := range []struct {
		want   string
		change func(*Spec, *Topology)
	}{
		{`rule "r": comes from nowhere`, func(s *Spec, _ *Topology) { s.Rules[0].From = ToSelf }},
		{`rule "r": comes from nowhere`, func(s *Spec, _ *Topology) { s.Rules[0].To = 0 }},
		{`rule "r": verdict 3 is unknown`, func(s *Spec, _ *Topology) { s.Rules[0].Action = 3 }},
		{`rule "r": 10.0.0.2-10.0.0.1 is not an ascending range`, func(s *Spec, _ *Topology) { s.Rules[0].Source = addresses("10.0.0.2-10.0.0.1") }},
		{`rule "r": 10.0.0.2-fd00::1 is not an ascending range`, func(s *Spec, _ *Topology) { s.Rules[0].Source = addresses("10.0.0.2-fd00::1") }},
		{`rule "r": ::ffff:10.0.0.1-::ffff:10.0.0.1 is not a range of plain`, func(s *Spec, _ *Topology) { s.Rules[0].Destination = addresses("::ffff:10.0.0.1") }},
		{`rule "r": invalid IP-invalid IP is not a range of plain`, func(s *Spec, _ *Topology) { s.Rules[0].Destination = []Address{{}} }},
		{`rule "r": gre has no ports`, func(s *Spec, _ *Topology) { s.Rules[0].Service = ports("gre/5") }},
		{`rule "r": tcp has no ICMP type`, func(s *Spec, _ *Topology) { s.Rules[0].Service = []Service{{Protocol: netstack.TCP, ICMP: true}} }},
		{`rule "r": a service of any protocol has no ports`, func(s *Spec, _ *Topology) { s.Rules[0].Service = ports("any/5") }},
		{`rule "r": a port range that ends`, func(s *Spec, _ *Topology) { s.Rules[0].Service = ports("tcp/5-4") }},
		{`nat "n": type 0 is unknown`, func(s *Spec, _ *Topology) { s.NAT = []NAT{{Name: "n"}} }},
		{`nat "n": target invalid IP is not a plain address`, func(s *Spec, _ *Topology) { s.NAT = []NAT{{Name: "n", Type: DNAT, Targets: []Target{{}}}} }},
		{`65536 translations`, func(s *Spec, _ *Topology) { s.NAT = make([]NAT, 65536) }},
		{`network invalid Prefix: an invalid prefix`, func(_ *Spec, t *Topology) { t.Sides[0].Networks = []netip.Prefix{{}} }},
	} {
		s, box := Spec{Rules: []Rule{rule}}, home()
		c.change(&s, &box)
		rs, err := Compile(s, box)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || rs != nil {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

func TestCompileNamesEveryFault(t *testing.T) {
	_, err := Compile(Spec{Rules: []Rule{{Name: "a"}, {Name: "b"}}, NAT: []NAT{{Name: "c"}}}, home())
	if n := strings.Count(err.Error(), "\n"); n != 2 {
		t.Errorf("three faults, got %v", err)
	}
}

func TestNames(t *testing.T) {
	rs := compiled(t, homeSpec(), home())
	if got := strings.Join(rs.Names(), " "); got != "web no-smtp ping admin www hairpin tunnel others block" {
		t.Errorf("names are %s", got)
	}
	for n, want := range map[uint32]string{0: "web", 8: "block", 9: "", DefaultRule: "default"} {
		if got := rs.Rule(n); got != want {
			t.Errorf("rule %d is %q, want %q", n, got, want)
		}
	}
	for n, want := range map[uint16]string{0: "", 1: "www", 5: "internet", 6: ""} {
		if got := rs.NATName(n); got != want {
			t.Errorf("translation %d is %q, want %q", n, got, want)
		}
	}
}

// TestTheSpecIsNotKept changes what was compiled and sees no difference.
func TestTheSpecIsNotKept(t *testing.T) {
	s, box := homeSpec(), home()
	rs := compiled(t, s, box)
	p := arriving("inside tcp 10.1.0.5:40000 1.1.1.1:443")
	before := told(rs, rs.Evaluate(p))
	s.Rules[0] = Rule{}
	s.NAT[4] = NAT{}
	box.Sides[netstack.Outside].Reserved[0] = netstack.PortRange{First: 1, Last: 65535}
	box.Sides[netstack.Outside].Own[0] = netip.Addr{}
	if after := told(rs, rs.Evaluate(p)); after != before {
		t.Errorf("%s became %s", before, after)
	}
}
