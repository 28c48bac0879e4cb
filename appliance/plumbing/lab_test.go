package plumbing

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"

	"sallyport/netstack"
)

// A lab is three namespaces, one below the other:
//
//	in    10.1.0.2/24   fd00:1::2/64   ── in0
//	                                      eth0  10.1.0.1/24   fd00:1::1/64
//	fw    (the test's own thread)
//	                                      eth1  192.0.2.1/24  2001:db8:2::1/64
//	out   192.0.2.2/24  2001:db8:2::2/64 ─ out0
//
// They are anonymous: the kernel removes them when the test's thread ends.
type lab struct {
	*testing.T
	fw, in, out netns.NsHandle
}

const bound = 5 * time.Second

// newLab makes the namespaces and stays in fw on a thread of its own.
func newLab(t *testing.T) *lab {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("network namespaces need root")
	}
	runtime.LockOSThread() // never unlocked: the thread ends with the test
	l := &lab{T: t}
	for _, ns := range []*netns.NsHandle{&l.in, &l.out, &l.fw} {
		h, err := netns.New()
		l.must(err)
		*ns = h
		t.Cleanup(func() { h.Close() })
		l.run("ip link set lo up")
	}
	l.wire(l.in, "in0", "eth0")
	l.wire(l.out, "out0", "eth1")
	l.quiet()
	l.run("ip addr add 10.1.0.1/24 dev eth0", "ip addr add fd00:1::1/64 dev eth0 nodad",
		"ip addr add 192.0.2.1/24 dev eth1", "ip addr add 2001:db8:2::1/64 dev eth1 nodad",
		"ip link set eth0 up", "ip link set eth1 up")
	l.at(l.in, func() {
		l.quiet()
		l.run("ip addr add 10.1.0.2/24 dev in0", "ip addr add fd00:1::2/64 dev in0 nodad", "ip link set in0 up",
			"ip route add default via 10.1.0.1", "ip route add default via fd00:1::1")
	})
	l.at(l.out, func() {
		l.quiet()
		l.run("ip addr add 192.0.2.2/24 dev out0", "ip addr add 2001:db8:2::2/64 dev out0 nodad", "ip link set out0 up",
			"ip route add 10.1.0.0/24 via 192.0.2.1", "ip route add fd00:1::/64 via 2001:db8:2::1")
	})
	l.settle()
	return l
}

// settle waits until the kernel has noticed that the cables are plugged in.
func (l *lab) settle() {
	l.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for range 600 {
		if l.settled("ip -4 route", "ip -6 route", "ip link", "ip addr") {
			return
		}
		<-tick.C
	}
	l.Fatal("no carrier")
}

func (l *lab) settled(listings ...string) bool {
	for _, c := range listings {
		out, _ := l.try(c)
		for _, word := range []string{"linkdown", "NO-CARRIER", "LOWERLAYERDOWN", "tentative", "state DOWN"} {
			if strings.Contains(out, word) {
				return false
			}
		}
	}
	return true
}

// wire makes a cable from far in namespace ns to near in fw.
func (l *lab) wire(ns netns.NsHandle, far, near string) {
	l.Helper()
	l.must(netlink.LinkAdd(&netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: near}, PeerName: far}))
	link, err := netlink.LinkByName(far)
	l.must(err)
	l.must(netlink.LinkSetNsFd(link, int(ns)))
}

// quiet starts a namespace from known settings, without the delays of duplicate
// address detection.
func (l *lab) quiet() {
	for _, s := range []string{
		"net/ipv4/ip_forward=0", "net/ipv4/conf/all/rp_filter=0", "net/ipv4/conf/default/rp_filter=0",
		"net/ipv6/conf/all/forwarding=0", "net/ipv6/conf/all/accept_dad=0", "net/ipv6/conf/default/accept_dad=0",
	} {
		name, value, _ := strings.Cut(s, "=")
		l.must(writeSysctl(name, value))
	}
	for _, name := range devices(l) {
		l.must(writeSysctl("net/ipv4/conf/"+name+"/rp_filter", "0"))
		l.must(writeSysctl("net/ipv6/conf/"+name+"/accept_dad", "0"))
	}
}

func devices(l *lab) (names []string) {
	links, err := netlink.LinkList()
	l.must(err)
	for _, link := range links {
		names = append(names, link.Attrs().Name)
	}
	return names
}

func (l *lab) must(err error) {
	l.Helper()
	if err != nil {
		l.Fatal(err)
	}
}

// at does something in another namespace.
func (l *lab) at(ns netns.NsHandle, do func()) {
	l.Helper()
	here, err := netns.Get()
	l.must(err)
	defer here.Close()
	l.must(netns.Set(ns))
	defer func() { l.must(netns.Set(here)) }()
	do()
}

// try runs a command here and returns its output.
func (l *lab) try(command string) (string, error) {
	words := strings.Fields(command)
	cmd := exec.Command(words[0], words[1:]...)
	cmd.WaitDelay = bound
	timer := time.AfterFunc(2*bound, func() { cmd.Process.Kill() })
	defer timer.Stop()
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// run runs commands here that must succeed.
func (l *lab) run(commands ...string) {
	l.Helper()
	for _, c := range commands {
		if out, err := l.try(c); err != nil {
			l.Fatalf("%s: %v\n%s", c, err, out)
		}
	}
}

// ping reports whether target answers one of a few echo requests from here.
func (l *lab) ping(target string) bool {
	_, err := l.try("ping -n -c 1 -W 1 " + target)
	return err == nil
}

// spec is a firewall between eth0 and eth1 for both families.
func spec() Spec {
	return Spec{Sides: [netstack.Sides]Side{
		{Interface: "eth0", TUN: "sp-in", IPv4: true, IPv6: true},
		{Interface: "eth1", TUN: "sp-out", IPv4: true, IPv6: true},
	}}
}

// self accepts (or refuses) a TCP or UDP port of the box from a side.
func self(from netstack.Side, proto netstack.Protocol, port uint16, accept bool) SelfService {
	return SelfService{Accept: accept, Service: Service{
		From: from, Protocol: proto, Ports: netstack.PortRange{First: port, Last: port}, IPv4: true, IPv6: true,
	}}
}

// serve answers every TCP connection and UDP datagram to addr in namespace ns
// with what it sends.
func (l *lab) serve(ns netns.NsHandle, addr string) {
	l.Helper()
	l.at(ns, func() {
		tcp, err := net.Listen("tcp", addr)
		l.must(err)
		udp, err := net.ListenPacket("udp", addr)
		l.must(err)
		l.Cleanup(func() { tcp.Close(); udp.Close() })
		go echoTCP(tcp)
		go echoUDP(udp)
	})
}

func echoTCP(listener net.Listener) {
	for {
		c, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			b := make([]byte, 64)
			c.SetDeadline(time.Now().Add(bound))
			n, _ := c.Read(b)
			c.Write(b[:n])
		}()
	}
}

func echoUDP(c net.PacketConn) {
	b := make([]byte, 65535)
	for {
		n, from, err := c.ReadFrom(b)
		if err != nil {
			return
		}
		c.WriteTo(b[:n], from)
	}
}

// asks reports whether a message to addr comes back, from here.
func asks(network, addr string, wait time.Duration, message string) error {
	c, err := net.DialTimeout(network, addr, wait)
	if err != nil {
		return err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(wait))
	if _, err := c.Write([]byte(message)); err != nil {
		return err
	}
	b := make([]byte, 65535)
	n, err := c.Read(b)
	if err == nil && string(b[:n]) != message {
		err = fmt.Errorf("got %d other bytes back", n)
	}
	return err
}

// reach fails the test unless TCP, UDP and ping from ns get answers from
// address.
func (l *lab) reach(ns netns.NsHandle, address string) {
	l.Helper()
	l.at(ns, func() {
		for _, network := range []string{"tcp", "udp"} {
			target := netip.AddrPortFrom(netip.MustParseAddr(address), 7777).String()
			if err := asks(network, target, bound, "hello"); err != nil {
				l.Errorf("%s to %s: %v", network, target, err)
			}
		}
		if !l.ping(address) {
			l.Errorf("%s does not answer pings", address)
		}
	})
}

func prefixes(texts ...string) (all []netip.Prefix) {
	for _, text := range texts {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}

func ephemeralHere(l *lab) netstack.PortRange {
	r, err := Ephemeral()
	l.must(err)
	return r
}
