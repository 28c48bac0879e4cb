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
