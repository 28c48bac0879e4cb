package policy

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"sallyport/netstack"
)

func TestNoAllocs(t *testing.T) {
	s := homeSpec()
	noAllocs(t, compiled(t, s, home()))
	s.Rules = append(manyRules(1000).Rules, s.Rules...)
	noAllocs(t, compiled(t, s, home()))
}

func noAllocs(t *testing.T, rs *RuleSet) {
	t.Helper()
	for _, words := range []string{
		"inside tcp 10.1.0.5:40000 1.1.1.1:443",
		"outside tcp 1.1.1.1:40000 203.0.113.7:8080",
		"inside icmp/8/0 10.1.0.5 1.1.1.1",
		"inside tcp [fd00:1::5]:40000 [2001:db8:1::1]:443",
		"inside udp 10.1.0.5:40000 198.51.100.3:443",
	} {
		p := arriving(words)
		allocs := testing.AllocsPerRun(100, func() {
			rs.Evaluate(p)
			rs.Admissible(p)
			rs.IsOwn(p.Flow.Dst)
		})
		if allocs != 0 {
			t.Errorf("%s: %v allocations", words, allocs)
		}
	}
}

// manyRules is a rule set in which only the last rule matches the packet that
// the benchmarks send.
func manyRules(n int) (s Spec) {
	d := rand.New(rand.NewPCG(1, 1))
	for i := range n - 1 {
		host := netip.AddrFrom4([4]byte{10, 1, 0, byte(d.IntN(256))})
		net := netip.PrefixFrom(netip.AddrFrom4([4]byte{100, byte(d.IntN(256)), byte(d.IntN(256)), 0}), 24)
		s.Rules = append(s.Rules, Rule{
			Name: fmt.Sprint("rule ", i), From: FromInside, To: FromOutside, Action: netstack.Drop,
			Source:      []Address{{Range: AddrRange{host, host}}},
			Destination: []Address{{Range: AddrRange{net.Addr(), lastOf(net)}}},
			Service:     ports("tcp/443", "tcp/80"),
		})
	}
	s.Rules = append(s.Rules, Rule{Name: "last", From: FromInside, To: FromOutside, Action: netstack.Pass})
	return s
}

func BenchmarkEvaluate(b *testing.B) {
	for _, n := range []int{10, 100, 1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			rs := compiled(b, manyRules(n), home())
			p := arriving("inside tcp 10.1.0.5:40000 1.1.1.1:443")
			for b.Loop() {
				if rs.Evaluate(p).Verdict != netstack.Pass {
					b.Fatal("the last rule does not match")
				}
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	for _, n := range []int{10, 100, 1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := manyRules(n)
			for b.Loop() {
				compiled(b, s, home())
			}
		})
	}
}

func BenchmarkAdmissible(b *testing.B) {
	rs := compiled(b, homeSpec(), home())
	p := arriving("inside tcp 10.1.0.5:40000 1.1.1.1:443")
	for b.Loop() {
		if rs.Admissible(p) != netstack.ReasonNone {
			b.Fatal("not admissible")
		}
	}
}
