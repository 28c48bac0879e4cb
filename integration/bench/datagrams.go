package main

import (
	"fmt"
	"net/netip"
	"strconv"

	"sallyport/integration/bench/result"
	"sallyport/integration/bench/traffic"
)

// datagramSizes are payloads in bytes.
var datagramSizes = []int{64, 512, 1400}

// udp sends datagrams as fast as can be, and then as fast as the kernel has
// forwarded them in this round.
func udp(t *turn) error {
	if err := t.begin(setup{}); err != nil {
		return err
	}
	for _, size := range datagramSizes {
		if t.contender.brief && size != datagramSizes[0] {
			continue
		}
		if err := t.datagrams(t.server(), fmt.Sprintf("%d bytes", size), size); err != nil {
			return err
		}
	}
	return t.atTheKernelsRate(datagramSizes[0])
}

// fragments is RFC 3511 section 5.9: datagrams of three fragments each, of which
// the loss of one is the loss of all.
func fragments(t *turn) error {
	if err := t.begin(setup{}); err != nil {
		return err
	}
	return t.datagrams(t.server(), "4000 bytes", 4000)
}

// datagrams are sent as fast as can be.
func (t *turn) datagrams(to netip.Addr, name string, size int) error {
	d, err := t.delivered(to, "0", size)
	if err != nil {
		return err
	}
	t.record(name+", forwarded", "kpps", d.forwarded/d.seconds/1e3)
	t.record(name+", lost", "%", d.lost())
	t.record(name+", received", "kpps", d.received/d.seconds/1e3)
	return nil
}

// delivery is what became of datagrams. As RFC 2544 counts what comes to the
// tester's interface, those are forwarded that came to the outside host, and those
// lost that did not. Its program has received fewer: it shares its core with what
// it measures, and drops what its socket has no room for.
type delivery struct{ seconds, sent, forwarded, received float64 }

func (d delivery) lost() float64 { return 100 * max(0, 1-d.forwarded/max(d.sent, 1)) }

// delivered sends datagrams with iperf3 at a rate in bits a second.
func (t *turn) delivered(to netip.Addr, rate string, size int) (delivery, error) {
	before, err := traffic.CountUDP(t.lab.Outside)
	if err != nil {
		return delivery{}, err
	}
	r, err := t.iperf(to, "-u", "-b", rate, "-l", strconv.Itoa(size))
	if err != nil {
		return delivery{}, err
	}
	after, err := traffic.CountUDP(t.lab.Outside)
	d := after.Since(before)
	return delivery{max(r.End.Sent.Seconds, 0.01), r.End.Sent.Packets, d.Came, d.Read}, err
}

// burst is how many iperf3 sends before it looks at its clock: one by one it does
// not reach the rate, and a device's queue has room for fifteen times as many.
const burst = "/32"

// atTheKernelsRate is the loss at the rate that the kernel has forwarded at in
// this round, or as near to it as the sender comes; forwarding alone, which is
// before it, has none.
func (t *turn) atTheKernelsRate(size int) error {
	name := fmt.Sprintf("%d bytes", size)
	kernel := t.run.Find(t.part, name+", forwarded", result.Baseline)
	if kernel == nil || kernel.Samples[len(kernel.Samples)-1].Round != t.round {
		return nil
	}
	bits := kernel.Samples[len(kernel.Samples)-1].Value * 1000 * float64(size) * 8
	d, err := t.delivered(t.server(), strconv.FormatFloat(bits, 'f', 0, 64)+burst, size)
	if err != nil {
		return err
	}
	name += " at the kernel's rate"
	t.record(name+", sent", "kpps", d.sent/d.seconds/1e3)
	t.record(name+", lost", "%", d.lost())
	t.record(name+", not received", "%", 100*max(0, 1-d.received/max(d.sent, 1)))
	return nil
}
