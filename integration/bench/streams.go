package main

import (
	"fmt"
	"strconv"
)

// tcp is RFC 9411 section 7.1 with bulk streams: goodput, as iperf3 has it.
func tcp(t *turn) error {
	if err := t.begin(setup{}); err != nil {
		return err
	}
	for _, streams := range []int{1, 4, 8, 64} {
		if t.contender.brief && streams == 64 {
			break
		}
		if err := t.streams(streams, false); err != nil {
			return err
		}
		if t.contender.brief {
			continue
		}
		if err := t.streams(streams, true); err != nil {
			return err
		}
	}
	return nil
}

func (t *turn) streams(n int, in bool) error {
	args, direction := []string{"-P", strconv.Itoa(n)}, "out"
	if in {
		args, direction = append(args, "-R"), "in"
	}
	r, err := t.iperf(t.server(), args...)
	if err != nil {
		return err
	}
	t.record(fmt.Sprintf("%s, %s", count(n, "stream"), direction), "Gbit/s", r.Gigabits())
	return nil
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// ipv6 is some of it over IPv6.
func ipv6(t *turn) error {
	if err := t.begin(setup{}); err != nil {
		return err
	}
	to := t.lab.Outside.IPv6()
	for _, streams := range []int{1, 8} {
		r, err := t.iperf(to, "-P", strconv.Itoa(streams))
		if err != nil {
			return err
		}
		t.record("TCP, "+count(streams, "stream"), "Gbit/s", r.Gigabits())
	}
	if err := t.datagrams(to, "UDP, 64 bytes", 64); err != nil {
		return err
	}
	return t.connectionsTo(to)
}
