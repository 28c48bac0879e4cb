package policy

import (
	"math/rand/v2"
	"testing"

	"sallyport/netstack"
)

// What is refused whatever its ports is dropped with any.
func TestS21RefusedWhatever(t *testing.T) {
	refused, many := 0, 0
	for seed := range uint64(2000) {
		d := dice{rand.New(rand.NewPCG(seed, 21))}
		twin := slow{d.spec(), d.topology()}
		rs := compiled(t, twin.spec, twin.box)
		for range 20 {
			p := d.packet()
			if _, no := rs.RefusesWhatever(p); !no {
				continue
			}
			refused++
			if len(twin.spec.Rules) > fewConditions {
				many++
			}
			for range 10 {
				other := d.packet()
				other.Version, other.Flow.Src, other.Flow.Dst, other.Flow.In = p.Version, p.Flow.Src, p.Flow.Dst, p.Flow.In
				if other.Flow.Proto != p.Flow.Proto {
					continue
				}
				if got := twin.evaluate(other); got.Verdict != netstack.Drop {
					t.Fatalf("seed %d, %v from %v is refused whatever its ports, and yet: %+v", seed, other.Flow, p.Flow.In, got)
				}
			}
		}
	}
	if refused < 1000 || many < 100 {
		t.Errorf("%d refused, %d of them by many rules: the test does not try it", refused, many)
	}
}

func TestS21WhichRuleRefuses(t *testing.T) {
	in, out := FromOutside, FromInside
	rs := compiled(t, Spec{Rules: []Rule{
		{Name: "no-dns", From: in, To: out, Service: ports("udp/53"), Action: netstack.Drop},
		{Name: "blocked", From: in, To: out, Source: addresses("198.51.100.66"), Action: netstack.Drop},
		{Name: "rejected", From: in, To: out, Source: addresses("198.51.100.67"), Action: netstack.Reject},
		{Name: "server", From: in, To: out, Destination: addresses("10.1.0.80"), Service: ports("udp/53"), Action: netstack.Pass},
		{Name: "no-gre", From: in, To: out, Service: ports("gre"), Action: netstack.Drop},
	}}, home())
	for _, c := range []struct {
		name, packet string
		rule         uint32
		refused      bool
	}{
		{"by its addresses", "outside udp 198.51.100.66 10.1.0.80", 1, true},
		{"by its protocol", "outside gre 198.51.100.68 10.1.0.80", 4, true},
		{"by no rule", "outside udp 198.51.100.68 10.1.0.81", DefaultRule, true},
		{"its sender is to be told", "outside udp 198.51.100.67 10.1.0.80", NoRule, false},
		{"perhaps its port is the right one", "outside udp 198.51.100.68 10.1.0.80", NoRule, false},
		{"for the box itself", "outside udp 198.51.100.66 203.0.113.7", NoRule, false},
	} {
		p := arriving(c.packet)
		if rule, refused := rs.RefusesWhatever(p); rule != c.rule || refused != c.refused {
			t.Errorf("%s: rule %d, %v; want %d, %v", c.name, rule, refused, c.rule, c.refused)
		}
		if n := testing.AllocsPerRun(100, func() { rs.RefusesWhatever(p) }); n != 0 {
			t.Errorf("%s: %v allocations", c.name, n)
		}
	}
}
