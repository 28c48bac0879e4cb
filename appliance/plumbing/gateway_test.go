package plumbing

import (
	"bytes"
	"net/netip"
	"testing"
)

// A client whose neighbour table points to a device that is gone learns at once
// where its gateway is now.
func TestGatewayIsAnnounced(t *testing.T) {
	l := newLab(t)
	w := l.listen(l.in, "in0")
	s := spec()
	s.Sides[0].Gateway = prefixes("10.1.0.254/24")
	before := l.snapshot()
	p, f := l.open(s, "", nil)
	address := netip.MustParseAddr("10.1.0.254").AsSlice()
	w.until(func(frame []byte) bool {
		// An ARP packet in which sender and target are the gateway's address.
		return len(frame) >= 42 && frame[12] == 8 && frame[13] == 6 &&
			bytes.Equal(frame[28:32], address) && bytes.Equal(frame[38:42], address)
	})
	l.shut(p, f, before)
}

// An address that is there already is somebody else's to remove.
func TestGatewayThatIsThereAlready(t *testing.T) {
	l := newLab(t)
	before := l.snapshot()
	s := spec()
	s.Sides[0].Gateway = prefixes("10.1.0.1/24", "fd00:1::1/64")
	p, f := l.open(s, "", nil)
	l.shut(p, f, before)
}

// The interface has no address but the gateway's: the network behind it is
// known, and reached, all the same.
func TestGatewayIsTheOnlyAddress(t *testing.T) {
	l := newLab(t)
	l.run("ip addr flush dev eth0 scope global")
	before := l.snapshot()
	s := spec()
	s.Sides[0].Gateway = prefixes("10.1.0.1/24", "fd00:1::1/64")
	p, f := l.open(s, "", nil)
	for _, address := range []string{"192.0.2.2", "2001:db8:2::2"} {
		l.serve(l.out, "["+address+"]:7777")
		l.reach(l.in, address)
	}
	if n := p.Links()[0].Networks; len(n) != 2 {
		t.Errorf("networks inside: %v", n)
	}
	l.shut(p, f, before)
}
