package main

import (
	"fmt"
	"slices"
)

// cast is who takes part.
type cast struct {
	everybody               []contender
	established             []contender // where rules make no difference
	kernels                 []contender // the first driver, and the kernel with and without rules
	fastest                 []contender // the first driver, and what it is compared to
	ours, oneQueue, polling contender
}

func (o options) cast(dir string) cast {
	var drivers []contender
	for i, d := range o.drivers {
		c := sallyport(o.binary, d, dir)
		c.brief = i > 0
		drivers = append(drivers, c)
	}
	return cast{
		everybody:   slices.Concat([]contender{forwarding, nftables, linear}, drivers, []contender{slirp, pasta}),
		established: slices.Concat([]contender{forwarding, nftables}, drivers, []contender{slirp, pasta}),
		kernels:     []contender{forwarding, nftables, drivers[0]},
		fastest:     []contender{nftables, drivers[0]},
		ours:        drivers[0],
		oneQueue:    sallyport(o.binary, o.drivers[0], dir, "queues = 1"),
		polling:     sallyport(o.binary, o.drivers[0], dir, `busy_poll = "100us"`),
	}
}

// parts returns those asked for, with their contenders.
func (o options) parts(dir string) (asked []part, err error) {
	c := o.cast(dir)
	all := []part{
		{"tcp", append(c.everybody, c.oneQueue), tcp},
		{"udp", c.everybody, udp},
		{"connections", c.everybody, connections},
		{"latency", append(c.established, c.polling), latency},
		{"ipv6", c.fastest, ipv6},
		{"fragments", c.kernels, fragments},
		{"flood", c.fastest, flood},
		{"illegal", c.kernels, illegal},
		{"rules", c.fastest, rules},
		{"sessions", c.fastest, sessions},
		{"logging", []contender{c.ours}, logging},
	}
	for _, p := range all {
		if len(o.only) == 0 || slices.Contains(o.only, p.name) {
			asked = append(asked, p)
		}
	}
	if len(asked) < len(o.only) {
		return nil, fmt.Errorf("-only %v: there are tcp, udp, connections, latency, ipv6, fragments, flood, illegal, rules, sessions and logging", o.only)
	}
	return asked, nil
}
