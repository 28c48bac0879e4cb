package main

import (
	"fmt"
	"net/netip"
	"time"

	"sallyport/integration/bench/traffic"
)

// connections is RFC 3511 sections 5.3 and 5.4: connections made, used and closed
// one after another, and many that are open closed together.
func connections(t *turn) error {
	if err := t.begin(setup{}); err != nil {
		return err
	}
	if err := t.connectionsTo(t.server()); err != nil {
		return err
	}
	open, down := openAtOnce, traffic.TornDown{}
	if t.contender.brief {
		open /= 4
	}
	if err := t.ask("teardown", traffic.Teardown{To: t.server(), Connections: open}, &down); err != nil {
		return err
	}
	t.record("torn down", "/s", down.PerSecond)
	return nil
}

// openAtOnce is fewer than the files that a process may have open.
const openAtOnce = 4096

func (t *turn) connectionsTo(to netip.Addr) error {
	var c traffic.Connected
	if err := t.ask("connect", traffic.Connect{To: to, Length: t.length()}, &c); err != nil {
		return err
	}
	t.record("connections", "/s", c.PerSecond())
	return nil
}

// load is what latency under load is measured with: within what each can carry.
const load, loadBits = "1G", 1e9

// latency is RFC 3511 section 5.10: the round trip of a datagram of one byte,
// with nothing else going on and beside a stream.
func latency(t *turn) error {
	if err := t.begin(setup{}); err != nil {
		return err
	}
	if err := t.roundTrip("idle"); err != nil {
		return err
	}
	return t.underLoad()
}

// underLoad wants the load to have been carried, at least half of it: a contender
// that drops it is not under load.
func (t *turn) underLoad() error {
	stop, err := traffic.Load(t.client, t.server(), load)
	if err != nil {
		return err
	}
	before, err := traffic.Count(t.lab.Outside)
	if err != nil {
		return err
	}
	begun := time.Now()
	if err := t.roundTrip("beside " + load + "bit/s"); err != nil {
		return err
	}
	after, err := traffic.Count(t.lab.Outside)
	if err != nil {
		return err
	}
	if carried := 8 * after.Since(before).Bytes / time.Since(begun).Seconds(); carried < loadBits/2 {
		return fmt.Errorf("only %.1f Gbit/s of the load were carried", carried/1e9)
	}
	return stop()
}

func (t *turn) roundTrip(when string) error {
	var a traffic.Answered
	if err := t.ask("ask", traffic.Question{To: t.server(), Length: t.length()}, &a); err != nil {
		return err
	}
	t.record(when+", p50", "µs", a.RoundTrip.P50)
	t.record(when+", p99", "µs", a.RoundTrip.P99)
	t.record(when+", p99.9", "µs", a.RoundTrip.P999)
	return nil
}

// logging is what the lines about each connection's start and end cost.
func logging(t *turn) error {
	for _, logged := range []bool{false, true} {
		if err := t.begin(setup{logged: logged}); err != nil {
			return err
		}
		var c traffic.Connected
		if err := t.ask("connect", traffic.Connect{To: t.server(), Length: t.length()}, &c); err != nil {
			return err
		}
		name := map[bool]string{false: "logging off", true: "logging on"}[logged]
		t.recordAs(name, "connections", "/s", c.PerSecond())
	}
	return nil
}
