package plumbing

import (
	"errors"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// What the firewall emits towards one side never leaves by the other, even if
// that is where its destination is.
func TestEmittedLeavesByItsOwnSide(t *testing.T) {
	l := newLab(t)
	l.run("ip route add default via 192.0.2.2", "ip route add default via 2001:db8:2::2")
	_, f := l.open(spec(), "", nil)
	f.turned.Store(true)
	if found := l.leaks(l.in, l.out, "out0", "192.0.2.2:9", "192.0.2.2", "2001:db8:2::2"); len(found) > 0 {
		t.Errorf("outwards: %q", found)
	}
}

// The kernel tells the box's own sockets of a dead host by an ICMP error to
// itself; it takes the way through the firewall, and arrives.
func TestOwnConnectionToADeadHost(t *testing.T) {
	l := newLab(t)
	l.must(writeSysctl("net/ipv4/neigh/eth1/retrans_time_ms", "50"))
	l.must(writeSysctl("net/ipv6/neigh/eth1/retrans_time_ms", "50"))
	_, f := l.open(spec(), "", nil)
	for _, target := range []string{"192.0.2.99", "2001:db8:2::99"} {
		start := time.Now()
		err := asks("tcp", "["+target+"]:7777", bound, "hello")
		if !errors.Is(err, unix.EHOSTUNREACH) {
			t.Errorf("%s: %v after %v", target, err, time.Since(start))
		}
	}
	if f.back[1].Load() == 0 {
		t.Error("the errors did not come to the firewall")
	}
}
