// Command packets decides packets and does nothing else, so that what it costs can
// be counted from outside: run for one number of packets and for a larger one, the
// difference is theirs. Its arguments are the kind and the number; it says how many
// allocations the packets took.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "packets:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 || kinds[args[0]] == nil {
		return fmt.Errorf("usage: packets KIND NUMBER, with KIND one of %v", kindNames())
	}
	n, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	e, err := newEngine()
	if err != nil {
		return err
	}
	decide := kinds[args[0]](e)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range n {
		if err := decide(i); err != nil {
			return fmt.Errorf("packet %d: %w", i, err)
		}
	}
	runtime.ReadMemStats(&after)
	fmt.Println(after.Mallocs - before.Mallocs)
	return nil
}
