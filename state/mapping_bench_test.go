package state

import (
	"fmt"
	"runtime"
	"testing"

	"sallyport/netstack"
)

// BenchmarkMappings is a session begun that needs a new mapping, and ended, when
// so much of its pool is lent. The host's own port is never free.
func BenchmarkMappings(b *testing.B) {
	for _, behaviour := range []netstack.Dependence{ei, apd} {
		for _, percent := range []int{10, 90, 99} {
			b.Run(fmt.Sprintf("%v/%d%%", behaviour, percent), func(b *testing.B) {
				p := behaving(behaviour, apd)
				c := newCrowd(b, 64512)
				a := Admission{Out: outside, Translation: netstack.Translation{Pool: p}}
				fill := c.n * percent / 100
				for i := range fill {
					if _, r := c.Open(c.from(i), a, 0); r != netstack.ReasonNone {
						b.Fatal(r)
					}
				}
				b.ReportAllocs()
				b.ResetTimer()
				for i := range b.N {
					c.from(1<<20 + i%1000).Flow.SrcPort = 1024
					m, r := c.Open(c.p, a, 1)
					if r != netstack.ReasonNone {
						b.Fatal(r)
					}
					c.Kill(m.Session)
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mappings/s")
			})
		}
	}
}

// BenchmarkMappingMemory reports what a mapping costs in memory, everything
// counted: what a session costs more than one without.
func BenchmarkMappingMemory(b *testing.B) {
	const n = 1000000
	size := func(nat bool) int {
		before := resident(b)
		c := newCrowd(b, n)
		for i := range c.a {
			if !nat {
				c.a[i].Translation = netstack.Translation{}
			}
		}
		c.fill(b)
		after := resident(b)
		runtime.KeepAlive(c)
		return after - before
	}
	for range b.N {
		b.ReportMetric(float64(size(true)-size(false))/n, "bytes/mapping")
	}
}
