package plumbing

import (
	"context"
	"errors"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"sallyport/netstack"
)

type change struct {
	links [netstack.Sides]Link
	err   error
}

// watch runs Watch in the lab's namespace until the test ends.
func (l *lab) watch(p *Plumbing) <-chan change {
	changes := make(chan change, 64)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		ended <- errors.Join(netns.Set(l.fw), p.Watch(ctx, func(links [netstack.Sides]Link, err error) {
			changes <- change{links, err}
		}))
	}()
	l.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			l.Error("Watch: ", err)
		}
	})
	return changes
}

// expect waits for a change that fits.
func expect(l *lab, changes <-chan change, what string, fits func(change) bool) {
	l.Helper()
	timer := time.NewTimer(bound)
	defer timer.Stop()
	for {
		select {
		case c := <-changes:
			if fits(c) {
				return
			}
		case <-timer.C:
			l.Fatalf("no change: %s", what)
		}
	}
}

func TestWatchFollowsTheInterfaces(t *testing.T) {
	l := newLab(t)
	p, f := l.open(spec(), "", nil)
	l.run("ip link set eth0 mtu 1450") // before anybody watches
	changes := l.watch(p)
	expect(l, changes, "what came before", func(c change) bool { return c.links[netstack.Inside].MTU == 1450 })
	outside := func(fits func(Link) bool) func(change) bool {
		return func(c change) bool { return c.err == nil && fits(c.links[netstack.Outside]) }
	}

	l.run("ip route add 198.51.100.0/24 via 192.0.2.2")
	l.at(l.out, func() { l.run("ip addr add 198.51.100.1/32 dev lo") })
	expect(l, changes, "a route", outside(func(o Link) bool {
		return slices.Contains(o.Networks, netip.MustParsePrefix("198.51.100.0/24"))
	}))
	l.serve(l.out, "198.51.100.1:7777")
	l.reach(l.in, "198.51.100.1")

	l.run("ip link set eth1 mtu 1400")
	expect(l, changes, "an MTU", outside(func(o Link) bool { return o.MTU == 1400 }))
	if tun, err := netlink.LinkByName("sp-out"); err != nil || tun.Attrs().MTU != 1400 {
		t.Errorf("the TUN's MTU has not followed: %v", err)
	}

	l.run("ip addr del 192.0.2.1/24 dev eth1", "ip addr add 192.0.2.7/24 dev eth1")
	expect(l, changes, "an address", outside(func(o Link) bool {
		return slices.Contains(o.own(ipv4), netip.MustParseAddr("192.0.2.7"))
	}))
	l.at(l.out, func() { l.run("ip route replace 10.1.0.0/24 via 192.0.2.7") })
	l.serve(l.out, "192.0.2.2:7777")
	l.reach(l.in, "192.0.2.2")

	l.run("ip addr del 192.0.2.7/24 dev eth1", "ip addr add 192.0.2.1/24 dev eth1", "ip link set eth1 mtu 1500")
	expect(l, changes, "all as before", outside(func(o Link) bool { return o.MTU == 1500 && len(o.own(ipv4)) == 1 }))
	f.stop()
	l.must(p.Undo())
	if state, err := Inspect(); err != nil || len(state.Rules)+len(state.Routes) > 0 {
		t.Errorf("something is left: %v %v", state, err)
	}
}

func TestWatchSurvivesAnInterfaceThatComesBack(t *testing.T) {
	l := newLab(t)
	p, _ := l.open(spec(), "", nil)
	changes := l.watch(p)
	l.run("ip link del eth1")
	expect(l, changes, "the interface is gone", func(c change) bool { return c.err != nil })
	l.wire(l.out, "out0", "eth1")
	l.at(l.out, func() {
		l.run("ip addr add 192.0.2.2/24 dev out0", "ip link set out0 up", "ip route add 10.1.0.0/24 via 192.0.2.1")
	})
	l.run("ip addr add 192.0.2.1/24 dev eth1", "ip link set eth1 up")
	expect(l, changes, "the interface is back", func(c change) bool {
		return c.err == nil && len(c.links[netstack.Outside].Networks) > 0
	})
	l.serve(l.out, "192.0.2.2:7777")
	l.reach(l.in, "192.0.2.2")
}

// Doing it all again must change nothing, or Watch would follow itself for ever.
func TestAgainChangesNothing(t *testing.T) {
	l := newLab(t)
	l.must(writeSysctl("net/ipv4/conf/all/rp_filter", "1"))
	p, _ := l.open(gatewaySpec(), t.TempDir(), nil)
	l.must(p.again())
	socket, err := nl.Subscribe(unix.NETLINK_ROUTE, unix.RTNLGRP_LINK,
		unix.RTNLGRP_IPV4_IFADDR, unix.RTNLGRP_IPV4_ROUTE, unix.RTNLGRP_IPV6_IFADDR, unix.RTNLGRP_IPV6_ROUTE,
		unix.RTNLGRP_IPV4_RULE)
	l.must(err)
	defer socket.Close()
	l.must(p.again())
	var b [4096]byte
	if n, _, err := unix.Recvfrom(socket.GetFd(), b[:], unix.MSG_DONTWAIT); !errors.Is(err, unix.EAGAIN) {
		t.Errorf("the kernel tells of a change: %d bytes, type %d", n, uint16(b[4])|uint16(b[5])<<8)
	}
}

// What is steered stays steered when the address goes that its route prefers.
func TestSteeringOutlivesAnAddress(t *testing.T) {
	l := newLab(t)
	l.open(spec(), "", nil)
	l.run("ip addr del 192.0.2.1/24 dev eth1")
	if out, _ := l.try("ip route show table 8302"); !strings.Contains(out, "default dev sp-out") {
		t.Errorf("nothing leads into the TUN: %s", out)
	}
}
