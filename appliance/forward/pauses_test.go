package forward

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkPauses is how long a collection of garbage holds up a worker that has
// packets of a few and of millions of sessions: the same, as the collector finds
// nothing to look at in the table. On a shared machine the longest pauses are
// those in which somebody else had the processor; the few show how many.
func BenchmarkPauses(b *testing.B) {
	for _, n := range []int{1000, 4000000} {
		c := newCrowd(n)
		b.Run(fmt.Sprintf("%d sessions", n), c.pauses)
	}
}

func (c *crowd) pauses(b *testing.B) {
	var over atomic.Bool
	var worker sync.WaitGroup
	worker.Go(func() {
		for random := rand.New(rand.NewPCG(1, 1)); !over.Load(); {
			c.batch(b, batch, random)
		}
	})
	for range b.N {
		runtime.GC()
	}
	over.Store(true)
	worker.Wait()
	var seen debug.GCStats
	debug.ReadGCStats(&seen)
	pauses := seen.Pause[:min(b.N, len(seen.Pause))]
	slices.Sort(pauses)
	at := func(part float64) float64 {
		return float64(pauses[int(part*float64(len(pauses)-1))]) / float64(time.Microsecond)
	}
	b.ReportMetric(at(0.5), "p50-us")
	b.ReportMetric(at(0.9), "p90-us")
	b.ReportMetric(at(1), "max-us")
}
