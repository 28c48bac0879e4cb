package lab_test

import (
	"io"
	"net"
	"net/netip"
	"os/exec"
	"strings"
	"testing"

	"sallyport/appliance/lab"
	"sallyport/appliance/lab/labtest"
)

func TestHostsReachEachOtherOnceTheMiddleForwards(t *testing.T) {
	for _, c := range []lab.Config{{}, {Router: true, FarMTU: 1300}, {NoOffload: true, InsideMTU: 1400}} {
		l := labtest.New(t, c)
		if err := l.Firewall.Forward(); err != nil {
			t.Fatal(err)
		}
		for _, to := range []netip.Addr{l.Outside.IPv4(), l.Outside.IPv6()} {
			peer, err := exchange(t, l.Inside, l.Outside, to)
			if err != nil {
				t.Fatalf("%+v: inside to %v: %v", c, to, err)
			}
			if peer != l.Inside.IPv4() && peer != l.Inside.IPv6() {
				t.Errorf("%+v: the outside host saw %v", c, peer)
			}
		}
		for _, to := range []netip.Addr{l.Inside.IPv4(), l.Inside.IPv6()} {
			if _, err := exchange(t, l.Outside, l.Inside, to); err != nil {
				t.Errorf("%+v: outside to %v: %v", c, to, err)
			}
		}
	}
}

func TestMiddleDoesNotForwardByItself(t *testing.T) {
	l := labtest.New(t, lab.Config{})
	err := l.Inside.Do(func() error {
		c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(l.Outside.IPv4(), 9)))
		if err != nil {
			return err
		}
		return c.Close()
	})
	if err != nil {
		t.Errorf("inside host has no route: %v", err)
	}
	forwarding, err := l.Firewall.Command("cat", "/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv6/conf/all/forwarding").Output()
	if err != nil || strings.Fields(string(forwarding))[0] != "0" || strings.Fields(string(forwarding))[1] != "0" {
		t.Errorf("forwarding of the middle namespace: %q, %v", forwarding, err)
	}
}

func TestMTUs(t *testing.T) {
	l := labtest.New(t, lab.Config{InsideMTU: 1400, OutsideMTU: 1380, Router: true, FarMTU: 1300})
	for _, want := range []struct {
		host   *lab.Host
		ifname string
		mtu    int
	}{
		{l.Inside, "eth0", 1400}, {l.Firewall, "eth0", 1400}, {l.Firewall, "eth1", 1380},
		{l.Router, "eth0", 1380}, {l.Router, "eth1", 1300}, {l.Outside, "eth0", 1300},
	} {
		var got int
		err := want.host.Do(func() error {
			i, err := net.InterfaceByName(want.ifname)
			if err == nil {
				got = i.MTU
			}
			return err
		})
		if err != nil || got != want.mtu {
			t.Errorf("%s %s: MTU %d, %v, want %d", want.host.Name, want.ifname, got, err, want.mtu)
		}
	}
}

func TestNoOffloadLeavesPacketsAsOnAWire(t *testing.T) {
	if _, err := exec.LookPath("ethtool"); err != nil {
		t.Skip(err)
	}
	for off, want := range map[bool]string{false: "on", true: "off"} {
		l := labtest.New(t, lab.Config{NoOffload: off})
		out, err := l.Inside.Command("ethtool", "-k", "eth0").Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, feature := range []string{"tx-tcp-segmentation", "tx-tcp6-segmentation", "generic-segmentation-offload", "tx-checksum-ip-generic"} {
			if !strings.Contains(string(out), feature+": "+want+"\n") {
				t.Errorf("NoOffload %v: %s is not %s", off, feature, want)
			}
		}
	}
}

// exchange sends a line from one host to an echo server on another and reports
// what the server saw and the client got back.
func exchange(t *testing.T, from, to *lab.Host, addr netip.Addr) (peer netip.Addr, err error) {
	t.Helper()
	var l net.Listener
	listen := func() (err error) {
		l, err = net.Listen("tcp", netip.AddrPortFrom(addr, 0).String())
		return err
	}
	if err := to.Do(listen); err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	accepted := make(chan net.Addr, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		accepted <- c.RemoteAddr()
		_, _ = io.Copy(c, c)
	}()
	err = from.Do(func() error { return speak(l.Addr().String()) })
	if err != nil {
		return netip.Addr{}, err
	}
	return (<-accepted).(*net.TCPAddr).AddrPort().Addr(), nil
}

func speak(addr string) error {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := io.WriteString(c, "hello\n"); err != nil {
		return err
	}
	line := make([]byte, 6)
	_, err = io.ReadFull(c, line)
	return err
}
