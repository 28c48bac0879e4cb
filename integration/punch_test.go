package integration

import (
	"errors"
	"net"
	"net/netip"
	"path/filepath"
	"testing"
	"time"

	"sallyport/appliance/lab"
)

// Two hosts that know nothing of each other but what a third tells them, each
// behind a firewall of its own (RFC 5128 3.3, 3.4):
//
//	inside --- firewall --- outside --- firewall --- other
//	10.1.0.10  192.0.2.1    rendezvous  198.51.100.2  10.2.0.10
const rendezvous = "192.0.2.10:4000"

// buildSecondSide adds the right half, and starts both firewalls.
func buildSecondSide(t *testing.T, l *lab.Lab) (other *lab.Host) {
	t.Helper()
	second, err1 := l.NewHost("second")
	other, err2 := l.NewHost("other")
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	connectSecondSide(t, l, second, other)
	const masquerade = "[[nat]]\nname = \"internet\"\ntype = \"masquerade\"\nfrom = \"inside\"\nto = \"outside\"\n"
	config := writeConfig(t, plainConfig+masquerade)
	startFirewallWith(t, l, nil, "--config", config)
	startFirewallOn(t, l, second, filepath.Join(t.TempDir(), "second.sock"), nil, "--config", config)
	return other
}

// connectSecondSide joins the second firewall to the world and the other host to
// it, with routes.
func connectSecondSide(t *testing.T, l *lab.Lab, second, other *lab.Host) {
	t.Helper()
	leg := func(name, prefix string) lab.Leg {
		return lab.Leg{Interface: name, IPv4: netip.MustParsePrefix(prefix)}
	}
	any4 := netip.MustParsePrefix("0.0.0.0/0")
	for _, do := range []func() error{
		func() error {
			return l.Connect(l.Outside, leg("eth1", "198.51.100.1/24"), second, leg("eth1", "198.51.100.2/24"), 0)
		},
		func() error {
			return l.Connect(second, leg("eth0", "10.2.0.1/24"), other, leg("eth0", "10.2.0.10/24"), 0)
		},
		func() error { return second.AddRoute(any4, netip.MustParseAddr("198.51.100.1")) },
		func() error { return other.AddRoute(any4, netip.MustParseAddr("10.2.0.1")) },
		func() error {
			return l.Firewall.AddRoute(netip.MustParsePrefix("198.51.100.0/24"), netip.MustParseAddr("192.0.2.10"))
		},
		l.Outside.Forward,
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPunchAHoleThroughTwoFirewalls(t *testing.T) {
	need(t)
	l := newLab(t, lab.Config{IPv4Only: true})
	other := buildSecondSide(t, l)
	t.Run("udp", func(t *testing.T) { punchUDP(t, l, other) })
	t.Run("tcp", func(t *testing.T) { punchTCP(t, l, other) })
}

// introduceUDP tells each of two that call where the other is seen to be.
func introduceUDP(t *testing.T, h *lab.Host) {
	var server net.PacketConn
	if err := h.Do(func() (err error) { server, err = net.ListenPacket("udp4", rendezvous); return err }); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	go func() {
		seen, b := make(map[string]net.Addr), make([]byte, 100)
		for {
			n, from, err := server.ReadFrom(b)
			if err != nil {
				return
			}
			seen[string(b[:n])] = from
			if a, b := seen["inside"], seen["other"]; a != nil && b != nil {
				_, _ = server.WriteTo([]byte(b.String()), a)
				_, _ = server.WriteTo([]byte(a.String()), b)
			}
		}
	}()
}

// punchUDP has both call the rendezvous, and then each other, from one socket
// each, until both have heard the other's greeting.
func punchUDP(t *testing.T, l *lab.Lab, other *lab.Host) {
	introduceUDP(t, l.Outside)
	heard := make(chan string, 100)
	for name, h := range map[string]*lab.Host{"inside": l.Inside, "other": other} {
		var c net.PacketConn
		if err := h.Do(func() (err error) { c, err = net.ListenPacket("udp4", ":0"); return err }); err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		go callUDP(c, name, heard)
	}
	late, both := time.After(patience), make(map[string]bool)
	for len(both) < 2 {
		select {
		case name := <-heard:
			both[name] = true
		case <-late:
			t.Fatalf("of the two, only these have heard the other: %v", both)
		}
	}
}

// callUDP calls until its socket is closed.
func callUDP(c net.PacketConn, name string, heard chan<- string) {
	server, peer, b := net.UDPAddrFromAddrPort(netip.MustParseAddrPort(rendezvous)), net.Addr(nil), make([]byte, 100)
	for {
		if peer == nil {
			_, _ = c.WriteTo([]byte(name), server)
		} else {
			_, _ = c.WriteTo([]byte("greetings"), peer)
		}
		_ = c.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		n, from, err := c.ReadFrom(b)
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
		case from.String() == rendezvous:
			peer, _ = net.ResolveUDPAddr("udp4", string(b[:n]))
		case peer != nil && from.String() == peer.String() && string(b[:n]) == "greetings":
			select {
			case heard <- name:
			default:
			}
		}
	}
}
