package plumbing

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"

	"sallyport/netstack"
)

func TestBlocksOfPorts(t *testing.T) {
	for _, r := range []netstack.PortRange{
		{First: 0, Last: 65535}, {First: 1, Last: 65535}, {First: 1024, Last: 32767}, {First: 61000, Last: 65535},
		{First: 7, Last: 7}, {First: 65535, Last: 65535}, {First: 1, Last: 21}, {First: 23, Last: 52}, {First: 5, Last: 4},
	} {
		covered := [1 << 16]int{}
		list := blocks(r)
		for _, b := range list {
			for port := range covered {
				if uint16(port)&b.mask == b.first {
					covered[port]++
				}
			}
		}
		for port, n := range covered {
			if want := r.First <= uint16(port) && uint16(port) <= r.Last; n > 1 || (n == 1) != want {
				t.Fatalf("%v: port %d is in %d blocks of %v", r, port, n, list)
			}
		}
		if len(list) > 30 {
			t.Errorf("%v: %d blocks", r, len(list))
		}
	}
}

// dialed is what becomes of a connection from outside within a short time.
func (l *lab) dialed(to string) (err error) {
	l.at(l.out, func() {
		var c net.Conn
		if c, err = net.DialTimeout("tcp", to, 300*time.Millisecond); err == nil {
			c.Close()
		}
	})
	return err
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// TestHold holds some ports: those are silent, the others answer, until the time
// is over.
func TestHold(t *testing.T) {
	l := newLab(t)
	for _, to := range []string{"192.0.2.1", "2001:db8:2::1"} {
		at := func(port int) string { return net.JoinHostPort(to, fmt.Sprint(port)) }
		if err := Hold([]Held{{netip.MustParseAddr(to), []netstack.PortRange{{First: 4000, Last: 4001}}}}, time.Minute); err != nil {
			t.Skip("this kernel holds nothing: ", err)
		}
		for port, held := range map[int]bool{3999: false, 4000: true, 4001: true, 4002: false} {
			if err := l.dialed(at(port)); held && !isTimeout(err) || !held && !errors.Is(err, syscall.ECONNREFUSED) {
				t.Errorf("%s: %v", at(port), err)
			}
		}
	}
	l.must(Release())
	if err := l.dialed("192.0.2.1:4000"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("released: %v", err)
	}
}

// TestHoldEndsByItself wants the kernel to forget, and Release to leave what is
// not ours.
func TestHoldEndsByItself(t *testing.T) {
	l := newLab(t)
	own := []Held{{netip.MustParseAddr("192.0.2.1"), []netstack.PortRange{{First: 4000, Last: 4000}}}}
	if err := Hold(own, time.Second); err != nil {
		t.Skip("this kernel holds nothing: ", err)
	}
	l.must(Hold(own, time.Second)) // as after a second stop
	for deadline := time.Now().Add(bound); time.Now().Before(deadline); {
		if err := l.dialed("192.0.2.1:4000"); errors.Is(err, syscall.ECONNREFUSED) {
			break
		}
	}
	if all, err := netlink.XfrmPolicyList(netlink.FAMILY_ALL); err != nil || len(all) != 0 {
		t.Errorf("left: %v, %v", all, err)
	}
	l.run("ip xfrm policy add dir in src 0.0.0.0/0 dst 192.0.2.1/32 proto tcp dport 5000 action block priority 7")
	l.must(Release())
	if all, err := netlink.XfrmPolicyList(netlink.FAMILY_ALL); err != nil || len(all) != 1 {
		t.Errorf("of others is left: %v, %v", all, err)
	}
}
