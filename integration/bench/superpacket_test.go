package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"

	"sallyport/integration/bench/traffic"
)

// superPackets are counted as the datagrams in them: a hundred are sent in ten, and
// each is answered once it has been counted.
func superPackets(t *turn) error {
	if err := t.begin(setup{}); err != nil {
		return err
	}
	core, _ := traffic.OwnCores() // one alone is enough here
	stop, err := traffic.ServeEcho(t.lab.Outside, core.Last)
	if err != nil {
		return err
	}
	defer stop()
	frames, err := traffic.Count(t.lab.Outside)
	if err != nil {
		return err
	}
	datagrams, err := traffic.CountUDP(t.lab.Outside)
	if err != nil {
		return err
	}
	if err := t.lab.Inside.Do(func() error { return hundred(t.server()) }); err != nil {
		return err
	}
	counted, err := traffic.CountUDP(t.lab.Outside)
	if err != nil {
		return err
	}
	after, err := traffic.Count(t.lab.Outside)
	d, packets := counted.Since(datagrams), after.Since(frames).Packets
	if d != (traffic.Delivered{Came: 100, Read: 100}) || packets >= 50 {
		return errors.Join(err, fmt.Errorf("%+v were counted of 100, which came in %v packets", d, packets))
	}
	t.record("counted", "datagrams", d.Came)
	return err
}

// hundred sends datagrams in super-packets of ten, and waits for all answers.
func hundred(to netip.Addr) error {
	c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(to, traffic.EchoPort)))
	if err != nil {
		return err
	}
	defer c.Close()
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	cut := error(nil)
	err = raw.Control(func(fd uintptr) { cut = unix.SetsockoptInt(int(fd), unix.SOL_UDP, unix.UDP_SEGMENT, 64) })
	if err := errors.Join(err, cut, c.SetDeadline(time.Now().Add(5*time.Second))); err != nil {
		return err
	}
	for range 10 {
		if _, err := c.Write(make([]byte, 640)); err != nil {
			return err
		}
		for range 10 {
			if _, err := c.Read(make([]byte, 640)); err != nil {
				return err
			}
		}
	}
	return nil
}
