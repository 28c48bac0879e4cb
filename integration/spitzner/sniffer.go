package main

import (
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"sallyport/appliance/lab"
)

// sniffer keeps what arrives on a host's link, seen below the host's own stack,
// so that what the host would ignore is seen too.
type sniffer struct {
	fd   int
	stop atomic.Bool
	done chan struct{}

	mu   sync.Mutex
	more sync.Cond
	seen []packet
}

func newSniffer(h *lab.Host) (*sniffer, error) {
	s := &sniffer{done: make(chan struct{})}
	s.more.L = &s.mu
	err := h.Do(func() (err error) {
		s.fd, err = arrivals("eth0")
		return err
	})
	if err != nil {
		return nil, err
	}
	go s.loop()
	return s, nil
}

// allIPv4 is ETH_P_IP in network byte order.
const allIPv4 = unix.ETH_P_IP<<8&0xff00 | unix.ETH_P_IP>>8

func arrivals(ifname string) (int, error) {
	i, err := net.InterfaceByName(ifname)
	if err != nil {
		return -1, err
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, allIPv4)
	if err != nil {
		return -1, err
	}
	// A timeout lets the loop see that it is over.
	return fd, errors.Join(
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 4<<20),
		unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Usec: 50_000}),
		unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: allIPv4, Ifindex: i.Index}))
}

func (s *sniffer) close() error {
	s.stop.Store(true)
	<-s.done
	return unix.Close(s.fd)
}

func (s *sniffer) loop() {
	defer close(s.done)
	buf := make([]byte, 65536)
	for !s.stop.Load() {
		n, from, err := unix.Recvfrom(s.fd, buf, 0)
		if err != nil && !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EINTR) {
			return
		}
		link, ok := from.(*unix.SockaddrLinklayer)
		if err == nil && ok && link.Pkttype != unix.PACKET_OUTGOING && n >= 20 {
			s.take(dissect(buf[:n]))
		}
	}
}

func (s *sniffer) take(p packet) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, p)
	s.more.Broadcast()
}

// mark is a moment in what a sniffer sees.
func (s *sniffer) mark() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.seen)
}

// since returns what arrived after a mark.
func (s *sniffer) since(mark int) []packet {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]packet(nil), s.seen[mark:]...)
}

// await waits until a packet arrives, or has since the mark, and reports whether
// it did in time.
func (s *sniffer) await(mark int, is func(packet) bool) bool {
	late := false
	timer := time.AfterFunc(patience, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		late = true
		s.more.Broadcast()
	})
	defer timer.Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		for ; mark < len(s.seen); mark++ {
			if is(s.seen[mark]) {
				return true
			}
		}
		if late {
			return false
		}
		s.more.Wait()
	}
}
