package plumbing

import (
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/vishvananda/netns"
)

// ping reports whether target answers one of a few echo requests from here.
func (l *lab) ping(target string) bool {
	_, err := l.try("ping -n -c 1 -W 1 " + target)
	return err == nil
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
