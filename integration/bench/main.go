// Command bench measures the firewall beside the kernel's own conntrack and
// masquerading: the same namespaces, the same clients, the same minutes. It owns
// nothing that ships; `make bench` calls it. It needs root, nftables and iperf3.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"sallyport/appliance/lab"
)

type options struct {
	binary  string
	drivers []string
	seconds int // of one measurement
	rounds  int
}

func main() {
	var o options
	drivers := flag.String("drivers", "vnet,wireguard,water", "the drivers to measure")
	flag.StringVar(&o.binary, "binary", "", "the firewall to measure; built from this tree if empty")
	flag.IntVar(&o.seconds, "seconds", 2, "length of one measurement")
	flag.IntVar(&o.rounds, "rounds", 3, "how often all is measured; the median counts")
	flag.Parse()
	o.drivers = strings.Split(*drivers, ",")
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(o options) error {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if o.binary == "" {
		o.binary = filepath.Join(dir, "sallyport")
		if out, err := exec.Command("go", "build", "-o", o.binary, "sallyport/cmd/sallyport").CombinedOutput(); err != nil {
			return fmt.Errorf("go build: %w\n%s", err, out)
		}
	}
	l, err := lab.New(lab.Config{})
	if err != nil {
		return err
	}
	closeOnInterrupt(l)
	results, err := o.measure(l, dir)
	if err := errors.Join(err, l.Close()); err != nil {
		return err
	}
	results.print(os.Stdout)
	return nil
}

func closeOnInterrupt(l *lab.Lab) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-c
		_ = l.Close()
		os.Exit(130)
	}()
}

// measure takes every round through all contenders before the next, so that
// whatever else this machine does meets them all.
func (o options) measure(l *lab.Lab, dir string) (table, error) {
	if err := serve(l.Outside); err != nil {
		return nil, err
	}
	contenders := []contender{kernel{}}
	for _, d := range o.drivers {
		contenders = append(contenders, firewall{o.binary, d, dir})
	}
	results := make(table, len(contenders))
	for i, c := range contenders {
		results[i].name = c.String()
	}
	for round := range o.rounds {
		for i, c := range contenders {
			fmt.Fprintf(os.Stderr, "round %d of %d: %s\n", round+1, o.rounds, c)
			if err := o.measureOne(l, c, &results[i]); err != nil {
				return nil, fmt.Errorf("%s: %w", c, err)
			}
		}
	}
	return results, nil
}

func (o options) measureOne(l *lab.Lab, c contender, r *row) error {
	stop, err := c.start(l)
	if err != nil {
		return err
	}
	for i, m := range measurements {
		v, err := m.take(l.Inside, l.Outside.IPv4(), o.seconds)
		if err != nil {
			return errors.Join(fmt.Errorf("%s: %w", m.name, err), stop())
		}
		r.samples[i] = append(r.samples[i], v)
	}
	return stop()
}
