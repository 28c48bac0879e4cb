package tun

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand"
	"net"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"sallyport/netstack"
)

// doors are two devices in two namespaces, and this process between them:
//
//	client 10.1.0.1, fd00:1::1 --- a | b --- 10.2.0.1, fd00:2::1 server
type doors struct {
	a, b  *Device
	super int // super-packets that were forwarded
	done  chan error
}

// openDoors leaves the test in the client's namespace. listen runs in the
// server's.
func openDoors(t testing.TB, o Options, listen func()) *doors {
	t.Helper()
	w := &doors{done: make(chan error, 1)}
	o.Name = "b"
	elsewhere(t, func() {
		w.b = openUp(t, o, "10.2.0.1/24", "fd00:2::1/64")
		route(t, w.b, "10.1.0.0/24", "fd00:1::/64")
		listen()
	})
	o.Name = "a"
	w.a = openUp(t, o, "10.1.0.1/24", "fd00:1::1/64")
	route(t, w.a, "10.2.0.0/24", "fd00:2::/64")
	go func() { w.done <- w.forward() }()
	return w
}

func route(t testing.TB, d *Device, prefixes ...string) {
	t.Helper()
	for _, p := range prefixes {
		check(t, netlink.RouteAdd(&netlink.Route{LinkIndex: d.Index(), Dst: must(netlink.ParseIPNet(p))(t)}))
	}
}

// close ends the forwarding and returns why it ended.
func (w *doors) close() error {
	w.a.Close()
	w.b.Close()
	return <-w.done
}

// forward carries packets both ways until a device is closed.
func (w *doors) forward() error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	a, b, batch := w.a.Queue(0), w.b.Queue(0), frames(64)
	fds := []unix.PollFd{{Fd: int32(a.FD()), Events: unix.POLLIN}, {Fd: int32(b.FD()), Events: unix.POLLIN}}
	for {
		m, err := w.carry(a, b, batch)
		if err != nil {
			return err
		}
		n, err := w.carry(b, a, batch)
		if err != nil {
			return err
		}
		if m+n == 0 {
			_, _ = unix.Poll(fds, -1)
		}
	}
}

func (w *doors) carry(from, to netstack.Link, batch []*netstack.Frame) (int, error) {
	n, err := from.Receive(batch)
	for _, f := range batch[:n] {
		if f.Offload.GSO() {
			w.super++
		}
	}
	if err == nil && n > 0 {
		_, err = to.Send(batch[:n])
	}
	return n, err
}

// A transfer in both directions arrives as it was sent.
func TestForwardTCP(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver Driver) {
		var servers []net.Listener
		w := openDoors(t, Options{Driver: driver}, func() {
			servers = []net.Listener{must(net.Listen("tcp", "10.2.0.1:80"))(t), must(net.Listen("tcp", "[fd00:2::1]:80"))(t)}
		})
		for _, l := range servers {
			go echo(l)
			transfer(t, must(net.Dial("tcp", l.Addr().String()))(t))
			l.Close()
		}
		if err := w.close(); !errors.Is(err, os.ErrClosed) {
			t.Errorf("the forwarding ended with %v", err)
		}
		if (w.super > 0) != (driver == Vnet) {
			t.Errorf("%d super-packets", w.super)
		}
	})
}

// transfer sends over conn, reads what comes back, and compares.
func transfer(t *testing.T, conn net.Conn) {
	defer conn.Close()
	sent := make([]byte, 4<<20)
	rand.New(rand.NewSource(42)).Read(sent)
	go func() {
		_, _ = conn.Write(sent)
		_ = conn.(*net.TCPConn).CloseWrite()
	}()
	check(t, conn.SetReadDeadline(time.Now().Add(patience)))
	hash := sha256.New()
	if n, err := io.Copy(hash, conn); n != int64(len(sent)) || err != nil {
		t.Fatalf("%v: %d bytes back, %v; want %d", conn.RemoteAddr(), n, err, len(sent))
	}
	if want := sha256.Sum256(sent); !bytes.Equal(hash.Sum(nil), want[:]) {
		t.Errorf("%v: the bytes that came back are others", conn.RemoteAddr())
	}
}

// echo sends the first connection's bytes back.
func echo(l net.Listener) {
	conn, err := l.Accept()
	if err != nil {
		return
	}
	_, _ = io.Copy(conn, conn)
	conn.Close()
}

// BenchmarkForward is a bulk transfer through two devices, client and server
// included: the order of the drivers counts, not the figures.
func BenchmarkForward(b *testing.B) {
	for _, o := range openers {
		b.Run(string(o.driver), func(b *testing.B) {
			namespace(b)
			var l net.Listener
			w := openDoors(b, Options{Driver: o.driver}, func() { l = must(net.Listen("tcp", "10.2.0.1:80"))(b) })
			defer l.Close()
			go swallow(l)
			conn := must(net.Dial("tcp", "10.2.0.1:80"))(b)
			defer conn.Close()
			chunk := make([]byte, 1<<18)
			b.SetBytes(int64(len(chunk)))
			for b.Loop() {
				must(conn.Write(chunk))(b)
			}
			_ = w.close()
		})
	}
}

// swallow reads the first connection to its end.
func swallow(l net.Listener) {
	conn, err := l.Accept()
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, conn)
	conn.Close()
}
