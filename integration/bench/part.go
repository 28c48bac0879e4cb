package main

import (
	"context"
	"net/netip"
	"time"

	"sallyport/appliance/lab"
	"sallyport/integration/bench/result"
	"sallyport/integration/bench/traffic"
)

// part is what is measured together, of each of some contenders that are set up
// in the same way.
type part struct {
	name       string
	contenders []contender
	measure    func(*turn) error
}

// turn is one part of one round with one contender.
type turn struct {
	options
	ctx       context.Context
	run       *result.Run
	round     int
	part      string
	contender contender
	lab       *lab.Lab
	*running              // once begun
	free      func() bool // undoes what begin has asked of ctx
}

// begin starts the contender in a Lab of its own, which end removes, so that no
// session, port or fragment of one turn is there in the next.
func (t *turn) begin(s setup) (err error) {
	if err := t.end(); err != nil {
		return err
	}
	l, err := site()
	if err != nil {
		return err
	}
	t.lab, t.free = l, context.AfterFunc(t.ctx, func() { _ = l.Close() })
	t.running, err = t.contender.start(l, s)
	return err
}

func (t *turn) end() (err error) {
	if t.lab == nil {
		return nil
	}
	if t.running != nil {
		err = t.stop()
	}
	if closed := t.lab.Close(); err == nil {
		err = closed
	}
	t.free()
	t.lab, t.running = nil, nil
	return err
}

// record keeps a value that was measured.
func (t *turn) record(name, unit string, value float64) {
	t.recordAs(t.contender.name, name, unit, value)
}

func (t *turn) recordAs(contender, name, unit string, value float64) {
	t.run.Add(t.round, result.Series{Part: t.part, Name: name, Unit: unit, Contender: contender}, value)
}

// server is the outside host's address.
func (t *turn) server() netip.Addr { return t.lab.Outside.IPv4() }

// length is how long a measurement takes that is not iperf3's.
func (t *turn) length() time.Duration {
	return time.Duration(t.seconds) * time.Second * 6 / 10
}

// ask runs an agent in the client's host.
func (t *turn) ask(name string, order, seen any) error {
	return traffic.Ask(t.ctx, t.client, name, order, t.length(), seen)
}

// iperf runs a client.
func (t *turn) iperf(to netip.Addr, args ...string) (traffic.Report, error) {
	return traffic.Iperf(t.ctx, t.client, to, t.seconds, args...)
}
