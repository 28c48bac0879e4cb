package plumbing

import (
	"strings"
	"testing"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/netstack"
)

// swallow drops what is for the box itself, as a policy without a rule for it.
func swallow(_ netstack.Side, b []byte) bool {
	switch destination(b).String() {
	case "10.1.0.1", "192.0.2.1", "fd00:1::1", "2001:db8:2::1":
		return false
	}
	return true
}

// The box's own connections work whatever the firewall does with packets to the
// box, and so do its accepted services.
func TestOwnConnections(t *testing.T) {
	l := newLab(t)
	s := spec()
	s.Self = []SelfService{
		self(0, netstack.TCP, 7777, true), self(0, netstack.UDP, 7777, true),
		self(1, netstack.TCP, 7777, true), self(1, netstack.UDP, 7777, true),
	}
	_, f := l.open(s, "", swallow)
	for _, host := range []struct {
		ns  int
		own []string
		far []string
	}{
		{0, []string{"10.1.0.1", "fd00:1::1"}, []string{"10.1.0.2", "fd00:1::2"}},
		{1, []string{"192.0.2.1", "2001:db8:2::1"}, []string{"192.0.2.2", "2001:db8:2::2"}},
	} {
		ns := l.in
		if host.ns == 1 {
			ns = l.out
		}
		for _, address := range host.far {
			l.serve(ns, "["+address+"]:7777")
			l.talk(address)
		}
		for _, address := range host.own {
			l.serve(l.fw, "["+address+"]:7777")
			l.at(ns, func() { l.talk(address) })
		}
	}
	for _, side := range bothSides {
		if n := f.back[side].Load() + f.passed[side].Load(); n > 0 {
			t.Errorf("the firewall saw %d packets from %v", n, side)
		}
	}
}

// talk fails the test unless TCP and UDP to address get answers from here.
func (l *lab) talk(address string) {
	l.Helper()
	for _, network := range []string{"tcp", "udp"} {
		if err := asks(network, "["+address+"]:7777", bound, "hello"); err != nil {
			l.Errorf("%s to %s: %v", network, address, err)
		}
	}
}

// What the policy does not accept is the firewall's to drop.
func TestTheBoxIsProtected(t *testing.T) {
	l := newLab(t)
	s := spec()
	s.Self = []SelfService{self(0, netstack.TCP, 7777, false), self(0, netstack.TCP, 50000, false)}
	_, f := l.open(s, "", swallow)
	for _, address := range []string{"10.1.0.1", "fd00:1::1", "192.0.2.1"} {
		for _, port := range []string{"7777", "50000", "22"} {
			l.serve(l.fw, "["+address+"]:"+port)
			l.at(l.in, func() {
				if asks("tcp", "["+address+"]:"+port, bound/25, "hello") == nil {
					t.Errorf("reached %s port %s", address, port)
				}
			})
		}
	}
	if len(f.find(toPort(50000))) == 0 {
		t.Error("a refused port in the ephemeral range was not led to the firewall")
	}
}

func toPort(port uint16) func([]byte) bool {
	return func(b []byte) bool {
		t, ok := tcpOf(b)
		return ok && t.DestinationPort() == port
	}
}

func tcpOf(b []byte) (header.TCP, bool) {
	if header.IPVersion(b) == 4 {
		ip := header.IPv4(b)
		return header.TCP(ip.Payload()), ip.Protocol() == uint8(netstack.TCP)
	}
	ip := header.IPv6(b)
	return header.TCP(ip.Payload()), ip.NextHeader() == uint8(netstack.TCP)
}

// ICMP to the box, and what has no ports to match, comes back through the TUN.
func TestWrittenBackForTheBox(t *testing.T) {
	l := newLab(t)
	_, f := l.open(spec(), "", nil)
	for _, address := range []string{"10.1.0.1", "192.0.2.1"} {
		l.at(l.in, func() {
			if !l.ping(address) {
				t.Errorf("%s does not answer", address)
			}
		})
	}
	if f.back[0].Load() != 2 {
		t.Errorf("the forwarder wrote back %d packets, want the 2 requests", f.back[0].Load())
	}
	if !l.ping("192.0.2.2") || f.back[1].Load() != 1 {
		t.Errorf("the box's own ping: %d replies written back, want 1", f.back[1].Load())
	}
}

// Fragments show no ports, so the answers to the box's own client come through
// the TUN when they are fragmented, and back.
func TestFragmentedAnswerToTheBox(t *testing.T) {
	l := newLab(t)
	_, f := l.open(spec(), "", nil)
	big := strings.Repeat("x", 4000)
	for _, address := range []string{"192.0.2.2", "2001:db8:2::2"} {
		l.serve(l.out, "["+address+"]:7777")
		if err := asks("udp", "["+address+"]:7777", bound, big); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	if n := f.back[1].Load(); n != 6 {
		t.Errorf("%d fragments were written back, want 6", n)
	}
}

// ARP and neighbour discovery are answered for the box's own addresses alone.
func TestAnswersForNobodyElse(t *testing.T) {
	l := newLab(t)
	l.run("ip link set eth0 up")
	l.must(writeSysctl("net/ipv4/conf/eth0/proxy_arp", "1"))
	l.open(spec(), "", nil)
	l.at(l.in, func() {
		l.run("ip addr add 192.0.2.77/24 dev in0", "ip addr add 2001:db8:2::77/64 dev in0 nodad")
		for _, address := range []string{"10.1.0.9", "192.0.2.2", "fd00:1::9", "2001:db8:2::2"} {
			l.try("ping -n -c 1 -W 0.2 " + address)
			if out, _ := l.try("ip neigh show " + address); strings.Contains(out, "lladdr") {
				t.Errorf("answered for somebody else: %s", out)
			}
		}
		l.run("ip addr del 192.0.2.77/24 dev in0", "ip addr del 2001:db8:2::77/64 dev in0", "ip neigh flush dev in0")
		for _, address := range []string{"10.1.0.1", "fd00:1::1"} {
			l.ping(address)
			if out, _ := l.try("ip neigh show " + address); !strings.Contains(out, "lladdr") {
				t.Errorf("the box did not answer for itself: %q", out)
			}
		}
	})
}
