package policy

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"sallyport/netstack"
)

// Whoever looks on changes nothing, and what is told is so: what was found is the
// first that has no condition against it.
func TestWitness(t *testing.T) {
	seen, missed := map[List]int{}, map[Miss]int{}
	for seed := range uint64(1000) {
		d := dice{rand.New(rand.NewPCG(seed, 4))}
		rs := compiled(t, d.spec(), d.topology())
		var w Witness
		watched := rs.Witnessed(&w)
		for range 20 {
			p := d.packet()
			w.Lookups = nil
			if got, want := told(rs, watched.Evaluate(p)), told(rs, rs.Evaluate(p)); got != want {
				t.Fatalf("seed %d: watched %s, want %s", seed, got, want)
			}
			for _, l := range w.Lookups {
				checkLookup(t, rs, &l)
				seen[l.List]++
				for _, m := range l.Missed {
					missed[m.Miss]++
				}
			}
		}
	}
	for _, l := range []List{Destinations, Turns, Rules, Sources} {
		if seen[l] < 100 {
			t.Errorf("list %v was searched %d times", l, seen[l])
		}
	}
	for m := OtherFrom; m <= OtherService; m++ {
		if missed[m] < 100 {
			t.Errorf("%v was the reason %d times", m, missed[m])
		}
	}
}

func checkLookup(t *testing.T, rs *RuleSet, l *Lookup) {
	t.Helper()
	for _, m := range l.Missed {
		if m.Miss == Hit {
			t.Fatalf("%+v: number %d is passed over, and nothing is against it", l, m.Number)
		}
	}
	if l.List != Rules {
		return
	}
	if n := len(l.Missed); l.Match >= 0 && n != l.Match || l.Match < 0 && n != len(rs.names) {
		t.Fatalf("%+v: %d rules are passed over", l, n)
	}
}

// Each condition is told by its name, the first that is written first.
func TestWhyNot(t *testing.T) {
	p := &netstack.Packet{Version: 4}
	p.Flow = netstack.FlowKey{Src: netstack.AddrFrom(netip.MustParseAddr("10.1.0.5")), Dst: netstack.AddrFrom(netip.MustParseAddr("1.1.1.1")),
		SrcPort: 5000, DstPort: 443, Proto: netstack.TCP, In: netstack.Inside}
	base := Rule{From: FromInside, To: ToSelf | FromOutside, Family: IPv4, Source: addresses("10.1.0.5"), Destination: addresses("1.1.1.1"),
		Service: []Service{{Protocol: netstack.TCP}}, Action: netstack.Pass}
	for want, change := range map[Miss]func(*Rule){
		NotNow:           func(r *Rule) { r.Off = true },
		OtherFrom:        func(r *Rule) { r.From, r.To, r.Source = FromOutside, FromInside, addresses("10.9.9.9") },
		OtherTo:          func(r *Rule) { r.To, r.Family = ToSelf, IPv6 },
		OtherFamily:      func(r *Rule) { r.Family, r.Source = IPv6, addresses("10.9.9.9") },
		OtherSource:      func(r *Rule) { r.Source, r.Destination = addresses("10.9.9.9"), addresses("10.9.9.9") },
		OtherDestination: func(r *Rule) { r.Destination, r.Service = addresses("10.9.9.9"), []Service{{Protocol: netstack.UDP}} },
		OtherService:     func(r *Rule) { r.Service = []Service{{Protocol: netstack.UDP}} },
	} {
		r := base
		change(&r)
		var w Witness
		compiled(t, Spec{Rules: []Rule{r}}, home()).Witnessed(&w).Evaluate(p)
		for _, l := range w.Lookups {
			if l.List == Rules && (len(l.Missed) != 1 || l.Missed[0] != Missed{0, want} || l.Match != -1) {
				t.Errorf("%+v, want %v", l, want)
			}
		}
	}
}
