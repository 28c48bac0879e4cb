package main

import (
	"fmt"

	"sallyport/appliance/lab"
	"sallyport/integration/bench/traffic"
)

// setup is what a part of the benchmark wants of a contender.
type setup struct {
	rules     int  // that match none of the traffic, before the one that does
	sessions  int  // to have room for, if more than usual
	published bool // the inside host's first two ports are to be reached from outside
	logged    bool // each session's start and end
}

// contender is what forwards between the Lab's two sides.
type contender struct {
	name  string
	brief bool // less is measured of it
	start func(*lab.Lab, setup) (*running, error)
}

// running is a contender at work.
type running struct {
	client   *lab.Host // the host whose traffic it forwards
	stop     func() error
	sessions func() (int, error)   // it has now; nil if it has none
	memory   func() (int64, error) // bytes that it takes now; nil if unknown
}

// site is a Lab with servers on both sides.
func site() (*lab.Lab, error) {
	l, err := lab.New(lab.Config{})
	if err != nil {
		return nil, err
	}
	if err := furnish(l); err != nil {
		_ = l.Close()
		return nil, err
	}
	return l, nil
}

func furnish(l *lab.Lab) error {
	for _, h := range []*lab.Host{l.Inside, l.Outside} {
		for name, value := range tuned {
			if err := h.Sysctl(name, value); err != nil {
				return err
			}
		}
		if err := traffic.Serve(h); err != nil {
			return err
		}
	}
	if err := traffic.ServeIperf(l.Outside); err != nil {
		return err
	}
	if err := l.Firewall.AddRoute(traffic.Nowhere, l.Outside.IPv4()); err != nil {
		return err
	}
	return ip(l.Outside, "route", "add", "blackhole", traffic.Nowhere.String())
}

// tuned lets the hosts begin as many connections as they are asked to.
var tuned = map[string]string{
	"ipv4/tcp_tw_reuse":        "1",
	"core/somaxconn":           "4096",
	"ipv4/tcp_max_syn_backlog": "4096",
}

func ip(h *lab.Host, args ...string) error {
	if out, err := h.Command("ip", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("ip %v: %w: %s", args, err, out)
	}
	return nil
}
