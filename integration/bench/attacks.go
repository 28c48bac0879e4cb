package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"sallyport/appliance/lab"
	"sallyport/integration/bench/traffic"
)

// goodRate is how many connections a second the good clients try to make: few
// beside what the machine can do, so that what they lose the attack took.
const goodRate = 500

// flood is RFC 3511 section 5.5: SYNs from spoofed hosts outside to a published
// server, at a steady rate and as fast as can be sent, and clients of another port
// of the same server.
func flood(t *turn) error {
	for _, rate := range []int{steadyFlood, 0} {
		if err := t.begin(setup{published: true}); err != nil {
			return err
		}
		if err := t.floodAt(rate); err != nil {
			return err
		}
	}
	return nil
}

// steadyFlood is in SYNs a second: a flood of 10 Mbit/s.
const steadyFlood = 20000

func (t *turn) floodAt(rate int) error {
	before, err := traffic.CountIPv4(t.lab.Inside)
	if err != nil {
		return err
	}
	good := traffic.Attempt{To: netip.MustParseAddr("192.0.2.1"), Port: traffic.FirstPort + 1}
	label := map[bool]string{true: fmt.Sprintf("%d SYNs/s: ", rate), false: "all that can be sent: "}[rate > 0]
	sent, err := t.beside(t.lab.Outside, 1, label, traffic.Blast{Kind: traffic.SYNs, Rate: rate}, good)
	if err != nil {
		return err
	}
	after, err := traffic.CountIPv4(t.lab.Inside)
	if err != nil {
		return err
	}
	if rate == 0 {
		t.record(label+"that reached the server", "kpps", (after-before)/sent.Seconds/1e3)
	}
	return nil
}

// illegal is RFC 3511 section 5.8: what may not pass, as fast as can be sent,
// beside clients that may.
func illegal(t *turn) error {
	if err := t.begin(setup{}); err != nil {
		return err
	}
	through, sent, err := t.alone(traffic.Illegal)
	if err != nil {
		return err
	}
	t.record("passed", "%", 100*through/sent)
	_, err = t.beside(t.lab.Inside, 0, "", traffic.Blast{Kind: traffic.Illegal}, traffic.Attempt{To: t.server(), Port: traffic.FirstPort})
	return err
}

// alone sends packets with nothing else going on, and returns how many came
// through, of how many.
func (t *turn) alone(kind traffic.Kind) (through, sent float64, err error) {
	before, err := traffic.CountIPv4(t.lab.Outside)
	if err != nil {
		return 0, 0, err
	}
	b, err := t.blast(t.lab.Inside, 0, traffic.Blast{Kind: kind, Length: t.length() / 2, Rate: 50000})
	if err != nil {
		return 0, 0, err
	}
	after, err := traffic.CountIPv4(t.lab.Outside)
	return after - before, float64(b.Sent), err
}

// beside records what good clients get through during an attack, into the
// firewall's interface of this leg.
func (t *turn) beside(from *lab.Host, leg int, label string, attack traffic.Blast, good traffic.Attempt) (traffic.Blasted, error) {
	good.Rate, good.Length = goodRate, t.length()
	attack.Length = t.length() + 500*time.Millisecond
	type ended struct {
		traffic.Blasted
		err error
	}
	attacked := make(chan ended, 1)
	go func() {
		b, err := t.blast(from, leg, attack)
		attacked <- ended{b, err}
	}()
	time.Sleep(200 * time.Millisecond) // it is at its height
	var a traffic.Attempted
	err := traffic.Ask(t.ctx, from, "attempt", good, good.Length, &a)
	e := <-attacked
	if err := errors.Join(err, e.err); err != nil {
		return traffic.Blasted{}, err
	}
	t.record(label+"good connections made in time", "%", 100*a.Share())
	if attack.Rate == 0 {
		t.record(label+"sent", "kpps", float64(e.Sent)/e.Seconds/1e3)
	}
	return e.Blasted, nil
}

// blast sends packets by hand into the firewall's interface of this leg.
func (t *turn) blast(from *lab.Host, leg int, b traffic.Blast) (seen traffic.Blasted, err error) {
	err = t.lab.Firewall.Do(func() error {
		i, err := net.InterfaceByName(t.lab.Firewall.Legs[leg].Interface)
		if err == nil {
			b.To = i.HardwareAddr
		}
		return err
	})
	if err != nil {
		return seen, err
	}
	return seen, traffic.Ask(t.ctx, from, "blast", b, b.Length, &seen)
}
