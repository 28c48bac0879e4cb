package integration

import (
	"context"
	"io"
	"math"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"sallyport/appliance/lab"
)

// scalePort is where the server for window scale s listens: scalePort + s.
const scalePort = 7000

// maxScale is the largest window scale there is (RFC 7323 2.3).
const maxScale = 14

// TestS09EveryWindowScale has conversations over rough links with each window
// scale at one end, and at the other as far from it as can be.
func TestS09EveryWindowScale(t *testing.T) {
	need(t)
	l := newLab(t, lab.Config{Wires: true})
	scales := stack{sysctl: "tcp_rmem=4096 1048576 2147483647"}
	scales.apply(t, l.Inside)
	scales.apply(t, l.Outside)
	w := startFirewall(t, l, open("auto"))
	for i, h := range l.Wires {
		lay(t, h, rough, uint64(i))
	}
	var running sync.WaitGroup
	defer wantNoNumbersRefused(t, w)
	defer running.Wait()
	for scale := range maxScale + 1 {
		server := serveScaled(t, l.Outside, maxScale-scale)
		from, to := l.Inside, families[scale%2].of(l.Outside)
		running.Go(func() {
			if got, err := exchange(from, netip.AddrPortFrom(to, uint16(server)), scale); err != nil {
				t.Errorf("scale %d: %v", scale, err)
			} else if got != [2]int{scale, maxScale - scale} {
				t.Errorf("the windows were scaled by %v, want %d and %d", got, scale, maxScale-scale)
			}
		})
	}
}

// clamped has a socket offer exactly this window scale, if tcp_rmem allows so
// much.
func clamped(scale int) func(_, _ string, c syscall.RawConn) error {
	return func(_, _ string, c syscall.RawConn) (err error) {
		window := min(1<<(15+scale)+1, math.MaxInt32)
		controlErr := c.Control(func(fd uintptr) {
			err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_WINDOW_CLAMP, window)
		})
		if controlErr != nil {
			return controlErr
		}
		return err
	}
}

// serveScaled sends back what it is sent, over windows of this scale, and
// returns its port.
func serveScaled(t *testing.T, h *lab.Host, scale int) (port int) {
	t.Helper()
	port = scalePort + scale
	var l net.Listener
	if err := h.Do(func() (err error) {
		config := net.ListenConfig{Control: clamped(scale)}
		l, err = config.Listen(context.Background(), "tcp", ":"+strconv.Itoa(port))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = io.Copy(conn, conn)
			}()
		}
	}()
	return port
}

// exchange sends a million bytes, reads them back, and returns the scales of the
// client's and of the server's window.
func exchange(from *lab.Host, to netip.AddrPort, scale int) (scales [2]int, err error) {
	var conn net.Conn
	if err := from.Do(func() (err error) {
		d := net.Dialer{Control: clamped(scale), Timeout: patience}
		conn, err = d.Dial("tcp", to.String())
		return err
	}); err != nil {
		return scales, err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	sent := bulk()[:1_000_000]
	go func() {
		_, _ = conn.Write(sent)
		_ = conn.(*net.TCPConn).CloseWrite()
	}()
	got, err := io.ReadAll(conn)
	if err == nil && string(got) != string(sent) {
		err = io.ErrUnexpectedEOF
	}
	return scalesOf(conn.(*net.TCPConn)), err
}

// scalesOf returns the scales of both windows, which the kernel has in the byte
// after tcpi_options: the peer's in the lower half, its own in the upper.
func scalesOf(c *net.TCPConn) (scales [2]int) {
	raw, err := c.SyscallConn()
	if err != nil {
		return scales
	}
	_ = raw.Control(func(fd uintptr) {
		if info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO); err == nil {
			b := (*[8]byte)(unsafe.Pointer(info))[6]
			scales = [2]int{int(b >> 4), int(b & 15)}
		}
	})
	return scales
}
