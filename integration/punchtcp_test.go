package integration

import (
	"context"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sallyport/appliance/lab"
)

// punchTCP has both open a connection to each other at once, each from the port
// that it called the rendezvous from. The first SYN that arrives is one that
// nobody has asked for, and must not be answered: the TCP behind it sends it
// again (RFC 5382 4.3).
func punchTCP(t *testing.T, l *lab.Lab, other *lab.Host) {
	listener := listenOn(t, l.Outside, rendezvous)
	one, two := register(t, l.Inside), register(t, other)
	first, second := accept(t, listener), accept(t, listener)
	if err := introduceTCP(first, second); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 2)
	go func() { done <- one.callTCP() }()
	go func() { done <- two.callTCP() }()
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func listenOn(t *testing.T, h *lab.Host, addr string) (l net.Listener) {
	t.Helper()
	if err := h.Do(func() (err error) { l, err = net.Listen("tcp4", addr); return err }); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func accept(t *testing.T, l net.Listener) net.Conn {
	t.Helper()
	_ = l.(*net.TCPListener).SetDeadline(time.Now().Add(patience))
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// introduceTCP tells each of two that have called where the other is seen to be.
func introduceTCP(a, b net.Conn) error {
	if _, err := fmt.Fprintln(a, b.RemoteAddr()); err != nil {
		return err
	}
	_, err := fmt.Fprintln(b, a.RemoteAddr())
	return err
}

// caller is a host that has a connection to the rendezvous.
type caller struct {
	host *lab.Host
	conn net.Conn
}

func register(t *testing.T, h *lab.Host) caller {
	t.Helper()
	c, err := dialFrom(h, nil, rendezvous)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return caller{h, c}
}

// dialFrom connects from an address that may be in use already.
func dialFrom(h *lab.Host, from net.Addr, to string) (c net.Conn, err error) {
	d := net.Dialer{Timeout: patience, LocalAddr: from, Control: func(_, _ string, raw syscall.RawConn) (err error) {
		controlErr := raw.Control(func(fd uintptr) {
			err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
			if err == nil {
				err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
			}
		})
		if controlErr != nil {
			return controlErr
		}
		return err
	}}
	err = h.Do(func() error {
		c, err = d.DialContext(context.Background(), "tcp4", to)
		return err
	})
	return c, err
}

// callTCP asks the rendezvous for the peer, connects to it, and exchanges a line.
func (c caller) callTCP() error {
	var peer string
	if _, err := fmt.Fscanln(c.conn, &peer); err != nil {
		return err
	}
	p, err := dialFrom(c.host, c.conn.LocalAddr(), peer)
	if err != nil {
		return err
	}
	defer p.Close()
	_ = p.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(p, "greetings\n"); err != nil {
		return err
	}
	var said string
	if _, err := fmt.Fscanln(p, &said); err != nil || said != "greetings" {
		return fmt.Errorf("%s heard %q, %v", c.host.Name, said, err)
	}
	return nil
}
