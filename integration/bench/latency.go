package main

import (
	"fmt"
	"time"

	"sallyport/integration/bench/traffic"
)

// load is what latency under load is measured with: within what each can carry.
const load, loadBits = "1G", 1e9

// latency is RFC 3511 section 5.10: the round trip of a datagram of one byte. The
// client is on the first core. A server apart is on the last, as another host is,
// and has to be woken there; together with the client it is awake already.
func latency(t *turn) error {
	cores, err := traffic.OwnCores()
	if err != nil {
		return err
	}
	if err := t.begin(setup{}); err != nil {
		return err
	}
	if err := t.roundTrip("apart", cores.First, cores.Last); err != nil {
		return err
	}
	if err := t.roundTrip("together", cores.First, cores.First); err != nil {
		return err
	}
	return t.underLoad(cores)
}

// underLoad wants the load to have been carried, at least half of it: a contender
// that drops it is not under load.
func (t *turn) underLoad(cores traffic.Cores) error {
	stop, err := traffic.Load(t.client, t.server(), load)
	if err != nil {
		return err
	}
	before, err := traffic.Count(t.lab.Outside)
	if err != nil {
		return err
	}
	begun := time.Now()
	if err := t.roundTrip("loaded", cores.First, cores.Last); err != nil {
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

// roundTrip is between a client and a server on these cores.
func (t *turn) roundTrip(when string, client, server int) error {
	stop, err := traffic.ServeEcho(t.lab.Outside, server)
	if err != nil {
		return err
	}
	defer stop()
	var a traffic.Answered
	if err := t.ask("ask", traffic.Question{To: t.server(), Core: client, Length: t.length()}, &a); err != nil {
		return err
	}
	t.record(when+", p50", "µs", a.RoundTrip.P50)
	t.record(when+", p99", "µs", a.RoundTrip.P99)
	t.record(when+", p99.9", "µs", a.RoundTrip.P999)
	return nil
}
