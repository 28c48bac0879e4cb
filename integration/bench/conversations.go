package main

import (
	"net/netip"

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
	var down traffic.TornDown
	if err := t.ask("teardown", traffic.Teardown{To: t.server(), Connections: openAtOnce, Times: 4}, &down); err != nil {
		return err
	}
	t.record("torn down", "/s", down.PerSecond)
	return nil
}

// openAtOnce is what all can have: a user-mode stack needs a file for each, of
// which it may have 1024.
const openAtOnce = 62 * traffic.Ports

func (t *turn) connectionsTo(to netip.Addr) error {
	var c traffic.Connected
	if err := t.ask("connect", traffic.Connect{To: to, Length: t.length()}, &c); err != nil {
		return err
	}
	t.record("connections", "/s", c.PerSecond())
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
