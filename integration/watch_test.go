package integration

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sallyport/appliance/lab"
)

// watch counts what arrives on a host's eth0, below its own stack, so that what
// the host would ignore is seen as well.
type watch struct {
	fd   int
	stop atomic.Bool
	done chan struct{}

	mu    sync.Mutex
	count int
	seen  []string // the first few
	sizes []int    // of fragments, in the order they came
}

// allProtocols is ETH_P_ALL in network byte order.
const allProtocols = unix.ETH_P_ALL<<8&0xff00 | unix.ETH_P_ALL>>8

// watchArrivals starts to count the IP packets that come to a host from its
// link. What neighbours say of themselves is not counted: neighbour discovery
// and multicast listener reports.
func watchArrivals(t *testing.T, h *lab.Host) *watch {
	t.Helper()
	w := &watch{done: make(chan struct{})}
	err := h.Do(func() (err error) {
		w.fd, err = arrivals("eth0")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	go w.loop()
	t.Cleanup(func() {
		w.stop.Store(true)
		<-w.done
		_ = unix.Close(w.fd)
	})
	return w
}

func arrivals(ifname string) (int, error) {
	i, err := net.InterfaceByName(ifname)
	if err != nil {
		return -1, err
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, allProtocols)
	if err != nil {
		return -1, err
	}
	// A timeout lets the loop see that it is over.
	err = errors.Join(
		unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Usec: 50_000}),
		unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: allProtocols, Ifindex: i.Index}))
	return fd, err
}

func (w *watch) loop() {
	defer close(w.done)
	buf := make([]byte, 65536)
	for !w.stop.Load() {
		n, from, err := unix.Recvfrom(w.fd, buf, 0)
		if err != nil && !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EINTR) {
			return
		}
		if link, ok := from.(*unix.SockaddrLinklayer); err == nil && ok && link.Pkttype != unix.PACKET_OUTGOING {
			w.take(buf[:n])
		}
	}
}

func (w *watch) take(packet []byte) {
	what := describe(packet)
	if what == "" {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.count++
	if isFragment(packet) {
		w.sizes = append(w.sizes, len(packet))
	}
	if len(w.seen) < 10 {
		w.seen = append(w.seen, what)
	}
}

// describe names an IP packet, and is empty for what is not counted.
func describe(p []byte) string {
	switch {
	case len(p) >= 20 && p[0]>>4 == 4:
		return fmt.Sprintf("ipv4 proto %d %v > %v", p[9], netip.AddrFrom4([4]byte(p[12:])), netip.AddrFrom4([4]byte(p[16:])))
	case len(p) >= 41 && p[0]>>4 == 6:
		if p[24] == 0xff || p[6] == 58 && p[40] >= 133 && p[40] <= 137 {
			return ""
		}
		return fmt.Sprintf("ipv6 proto %d %v > %v", p[6], netip.AddrFrom16([16]byte(p[8:])), netip.AddrFrom16([16]byte(p[24:])))
	}
	return ""
}

func (w *watch) total() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.count
}

// forget starts again from zero once nothing has come for a while, or when a
// second is over.
func (w *watch) forget() {
	for range 10 {
		before := w.total()
		time.Sleep(100 * time.Millisecond)
		if w.total() == before {
			break
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.count, w.seen, w.sizes = 0, nil, nil
}

// wantNone fails if anything arrived.
func (w *watch) wantNone(t *testing.T, where string) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.count != 0 {
		t.Errorf("%d packets arrived at the %s host, the first %q", w.count, where, w.seen)
	}
}
