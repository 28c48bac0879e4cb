package plumbing

import (
	"bytes"
	"net"
	"net/netip"
	"testing"

	"github.com/vishvananda/netns"
)

// leaks sends what it can from one host towards another, both families, and
// returns what arrives there of it. The wire is known to be idle by a marker
// that the firewall itself sends last.
func (l *lab) leaks(from, to netns.NsHandle, tap, marker string, targets ...string) (found []string) {
	l.Helper()
	w := l.listen(to, tap)
	l.at(from, func() {
		for _, target := range targets {
			for range 5 {
				c, err := net.Dial("udp", "["+target+"]:9")
				l.must(err)
				c.Write([]byte("leak"))
				c.Close()
			}
			l.try("ping -n -c 2 -i 0.1 -W 0.2 " + target)
			asks("tcp", "["+target+"]:7777", bound/25, "leak")
		}
	})
	c, err := net.Dial("udp", marker)
	l.must(err)
	c.Write([]byte("the last one"))
	c.Close()
	last := func(frame []byte) bool { return bytes.Contains(frame, []byte("the last one")) }
	for _, frame := range w.until(last) {
		for _, nets := range [][2]string{{"10.1.0.0/24", "192.0.2.0/24"}, {"fd00:1::/64", "2001:db8:2::/64"}} {
			if between(frame, netip.MustParsePrefix(nets[0]), netip.MustParsePrefix(nets[1])) {
				ip, _ := packet(frame)
				found = append(found, source(ip).String()+" > "+destination(ip).String())
			}
		}
	}
	return found
}

func (l *lab) noLeaks() {
	l.Helper()
	if found := l.leaks(l.in, l.out, "out0", "192.0.2.2:9", "192.0.2.2", "2001:db8:2::2"); len(found) > 0 {
		l.Errorf("outwards: %q", found)
	}
	if found := l.leaks(l.out, l.in, "in0", "10.1.0.2:9", "10.1.0.2", "fd00:1::2"); len(found) > 0 {
		l.Errorf("inwards: %q", found)
	}
}

// routing makes the namespace forward whatever it is asked to, as many a
// container does.
func (l *lab) routing() {
	l.Helper()
	l.must(writeSysctl("net/ipv4/ip_forward", "1"))
	l.must(writeSysctl("net/ipv6/conf/all/forwarding", "1"))
}

// Without the plumbing the kernel forwards, so that the tests below show
// something.
func TestTheKernelForwardsWithoutPlumbing(t *testing.T) {
	l := newLab(t)
	l.routing()
	if len(l.leaks(l.in, l.out, "out0", "192.0.2.2:9", "192.0.2.2", "2001:db8:2::2")) < 10 {
		t.Error("the lab does not forward")
	}
}

func TestNothingPassesBeforeAttach(t *testing.T) {
	l := newLab(t)
	l.routing()
	_, err := Prepare(spec(), "")
	l.must(err)
	l.noLeaks()
}

// A killed firewall closes its descriptors, and with them its TUN devices go.
func TestNothingPassesAfterAKill(t *testing.T) {
	l := newLab(t)
	l.routing()
	_, f := l.open(spec(), "", nil)
	l.serve(l.out, "192.0.2.2:7777")
	l.reach(l.in, "192.0.2.2")
	f.stop()
	l.noLeaks()
	if v, _ := readSysctl("net/ipv4/conf/eth0/forwarding"); v != "1" {
		t.Error("forwarding is off: this test shows nothing")
	}
}

// The box itself can still be reached and can still reach others.
func TestOwnConnectionsOutliveAKill(t *testing.T) {
	l := newLab(t)
	s := spec()
	s.Self = []SelfService{self(0, 6, 7777, true), self(0, 17, 7777, true)}
	_, f := l.open(s, "", nil)
	f.stop()
	l.serve(l.fw, "10.1.0.1:7777")
	l.serve(l.out, "192.0.2.2:7777")
	for _, network := range []string{"tcp", "udp"} {
		if err := asks(network, "192.0.2.2:7777", bound, "hello"); err != nil {
			t.Errorf("%s from the box: %v", network, err)
		}
		l.at(l.in, func() {
			if err := asks(network, "10.1.0.1:7777", bound, "hello"); err != nil {
				t.Errorf("%s to the box: %v", network, err)
			}
		})
	}
}

// A family that a side does not forward does not pass, and leaves the box's own
// traffic alone.
func TestTheOtherFamilyIsClosed(t *testing.T) {
	l := newLab(t)
	l.routing()
	s := spec()
	s.Sides[0].IPv6, s.Sides[1].IPv6 = false, false
	l.open(s, "", nil)
	for _, target := range []string{"2001:db8:2::2"} {
		if found := l.leaks(l.in, l.out, "out0", "192.0.2.2:9", target); len(found) > 0 {
			t.Errorf("leaked: %q", found)
		}
	}
	l.serve(l.out, "[2001:db8:2::2]:7777")
	l.reach(l.fw, "2001:db8:2::2")
	l.serve(l.out, "192.0.2.2:7777")
	l.reach(l.in, "192.0.2.2")
}

func TestOneSideWithoutIPv6ClosesIt(t *testing.T) {
	for _, closed := range bothSides {
		t.Run(closed.String(), func(t *testing.T) {
			l := newLab(t)
			l.routing()
			s := spec()
			s.Sides[closed].IPv6 = false
			l.open(s, "", nil)
			if found := l.leaks(l.in, l.out, "out0", "192.0.2.2:9", "2001:db8:2::2"); len(found) > 0 {
				t.Errorf("outwards: %q", found)
			}
			if found := l.leaks(l.out, l.in, "in0", "10.1.0.2:9", "fd00:1::2"); len(found) > 0 {
				t.Errorf("inwards: %q", found)
			}
		})
	}
}
