// Command peers measures packet filters of other projects and this one's in one
// process, packet for packet: the same packets, no devices, one thread. It writes
// the figures as a results file of the benchmark. README.md says what is compared
// and what is not.
package main

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"sallyport/integration/bench/draw"
	"sallyport/integration/bench/result"
)

func main() {
	rounds := flag.Int("rounds", 5, "how often all is measured; the median counts")
	docs := flag.String("docs", "", "the directory whose benchmarks/peers.json is written and whose page is drawn; none if empty")
	flag.Parse()
	if err := run(*rounds, *docs); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func run(rounds int, docs string) error {
	begun := time.Now()
	r := &result.Run{Machine: result.Here(), Date: begun.UTC().Truncate(time.Second), Commit: result.Commit(),
		Rounds: rounds, Seconds: 1, Load: [2]string{result.LoadAverage()}}
	for round := range rounds {
		for _, p := range peers {
			if err := measure(r, round, p); err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
		}
	}
	r.Took, r.Load[1] = int(time.Since(begun).Seconds()), result.LoadAverage()
	draw.Print(os.Stdout, r)
	if docs == "" {
		return nil
	}
	if err := r.Store(filepath.Join(docs, "benchmarks/peers.json")); err != nil {
		return err
	}
	return draw.Docs(docs)
}

// measure takes each kind of packet through an engine of its own.
func measure(r *result.Run, round int, p peer) error {
	for _, k := range kinds {
		e, err := p.open()
		if err != nil {
			return err
		}
		next, err := k.prepare(e)
		if err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
		ns, allocations, err := timed(e, k, next)
		if err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
		r.Add(round, result.Series{Part: "packets", Name: k.name, Unit: "ns", Contender: p.name}, ns)
		r.Add(round, result.Series{Part: "allocations", Name: k.name, Unit: "a packet", Contender: p.name}, math.Round(allocations*100)/100)
		if e.close != nil {
			e.close()
		}
	}
	return nil
}

// packets are enough for the clock, and few enough for every peer's table.
const packets = 50000

// timed returns what a packet takes. The collector runs as it does in service.
func timed(e *engine, k kind, next func(i int) []byte) (ns, allocations float64, err error) {
	runtime.GC()
	debug.FreeOSMemory()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	for i := range packets {
		if e.pass(inside, next(i)) != k.passes {
			return 0, 0, fmt.Errorf("packet %d: passes: %v", i, !k.passes)
		}
	}
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	return float64(took.Nanoseconds()) / packets, float64(after.Mallocs-before.Mallocs) / packets, nil
}
