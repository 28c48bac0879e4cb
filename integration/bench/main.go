// Command bench measures the firewall beside the kernel's own conntrack and
// masquerading, and beside what else forwards: the same namespaces, the same
// clients, the same minutes. It keeps the figures in a file and draws tables and
// plots from it. It owns nothing that ships; `make bench` calls it. It needs root,
// nftables and iperf3.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"sallyport/integration/bench/draw"
	"sallyport/integration/bench/traffic"
)

type options struct {
	binary  string
	drivers []string
	only    []string      // parts; all if empty
	seconds int           // of one measurement
	rounds  int           //
	limit   time.Duration // of all
	results string        // the file; none if empty
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "agent" {
		os.Exit(traffic.Agent(os.Args[2:]))
	}
	os.Exit(command())
}

func command() int {
	var o options
	drivers := flag.String("drivers", "vnet,wireguard,water", "the drivers to measure; the first is measured most")
	only := flag.String("only", "", "parts to measure, such as tcp,udp, and print; all if empty")
	quick := flag.Bool("quick", false, "measure one round, and print")
	redraw := flag.Bool("draw", false, "draw again what was measured before, and measure nothing")
	docs := flag.String("docs", "docs", "where all that is measured is kept, in benchmarks/results.json, and drawn")
	flag.StringVar(&o.binary, "binary", "", "the firewall to measure; built from this tree if empty")
	flag.IntVar(&o.seconds, "seconds", 1, "length of one measurement")
	flag.IntVar(&o.rounds, "rounds", 3, "how often all is measured; the median counts")
	flag.DurationVar(&o.limit, "limit", 10*time.Minute, "when to stop measuring, however much is left")
	flag.Parse()
	o.drivers, o.only = strings.Split(*drivers, ","), words(*only)
	if *quick {
		o.rounds = 1
	}
	if len(o.only) == 0 && !*quick {
		o.results = filepath.Join(*docs, "benchmarks/results.json")
	}
	if err := o.measureAndDraw(!*redraw, *docs); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 1
	}
	return 0
}

// measureAndDraw measures, unless what was measured before is to be drawn again,
// and draws what is kept.
func (o *options) measureAndDraw(measure bool, docs string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if measure {
		if err := o.measure(ctx); err != nil || o.results == "" {
			return err
		}
	}
	return draw.Docs(docs)
}

func words(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}
