package main

import (
	"fmt"
	"strconv"

	"sallyport/integration/bench/result"
)

// tcp is RFC 9411 section 7.1 with bulk streams: goodput, as iperf3 has it.
func tcp(t *turn) error {
	if err := t.begin(setup{}); err != nil {
		return err
	}
	for _, streams := range []int{1, 8, 64} {
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

// datagramSizes are payloads in bytes.
var datagramSizes = []int{64, 512, 1400}

// udp sends datagrams as fast as can be, and then as fast as the kernel has
// delivered them in this round.
func udp(t *turn) error {
	if err := t.begin(setup{}); err != nil {
		return err
	}
	for _, size := range datagramSizes {
		if t.contender.brief && size != datagramSizes[0] {
			continue
		}
		if err := t.datagrams(size); err != nil {
			return err
		}
	}
	return t.atTheKernelsRate(datagramSizes[0])
}

func (t *turn) datagrams(size int) error {
	r, err := t.iperf(t.server(), "-u", "-b", "0", "-l", strconv.Itoa(size))
	if err != nil {
		return err
	}
	t.record(fmt.Sprintf("%d bytes", size), "kpps", r.Kilopackets())
	t.record(fmt.Sprintf("%d bytes, lost", size), "%", 100*r.Loss())
	return nil
}

// atTheKernelsRate is the loss at the rate that the kernel has delivered in this
// round; forwarding alone, which is before it, has none.
func (t *turn) atTheKernelsRate(size int) error {
	kernel := t.run.Find(t.part, fmt.Sprintf("%d bytes", size), result.Baseline)
	if kernel == nil || kernel.Samples[len(kernel.Samples)-1].Round != t.round {
		return nil
	}
	bits := kernel.Samples[len(kernel.Samples)-1].Value * 1000 * float64(size) * 8
	r, err := t.iperf(t.server(), "-u", "-b", strconv.FormatFloat(bits, 'f', 0, 64), "-l", strconv.Itoa(size))
	if err != nil {
		return err
	}
	t.record(fmt.Sprintf("%d bytes at the kernel's rate, lost", size), "%", 100*r.Loss())
	return nil
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
	r, err := t.iperf(to, "-u", "-b", "0", "-l", "64")
	if err != nil {
		return err
	}
	t.record("UDP, 64 bytes", "kpps", r.Kilopackets())
	return t.connectionsTo(to)
}

// fragments is RFC 3511 section 5.9: datagrams of three fragments each, of which
// the loss of one is the loss of all.
func fragments(t *turn) error {
	if err := t.begin(setup{}); err != nil {
		return err
	}
	r, err := t.iperf(t.server(), "-u", "-b", "0", "-l", "4000")
	if err != nil {
		return err
	}
	t.record("4000 bytes", "kpps", r.Kilopackets())
	t.record("4000 bytes, lost", "%", 100*r.Loss())
	return nil
}
