package traffic

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"

	"sallyport/appliance/lab"
)

// FirstPort is the first of the ports that connections are accepted on, and
// EchoPort is where Echo answers.
const (
	FirstPort = 5300
	Ports     = 16
	EchoPort  = 5400
)

// Serve starts in a host what answers the agents, until the Lab is closed.
func Serve(h *lab.Host) error {
	c, err := command(h, "serve", struct{}{})
	if err != nil {
		return err
	}
	if err := startServer(c); err != nil {
		return fmt.Errorf("the servers of %s: %w", h.Name, err)
	}
	return nil
}

// ready is what a server says when it can be asked.
const ready = "ready"

// startServer starts a server and waits until it is ready.
func startServer(c *lab.Cmd) error {
	r, w := io.Pipe()
	c.Stdout, c.Stderr = w, os.Stderr
	if err := c.Start(); err != nil {
		return err
	}
	go func() { _ = w.CloseWithError(errors.Join(c.Wait(), errors.New("it ended"))) }()
	if _, err := r.Read(make([]byte, 1)); err != nil {
		return err
	}
	go func() { _, _ = io.Copy(io.Discard, r) }()
	return nil
}

// serve answers each byte of a connection, and closes a connection when its
// client has.
func serve(struct{}) (struct{}, error) {
	e, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return struct{}{}, err
	}
	s := server{epoll: e, listeners: make(map[int32]bool)}
	if err := s.listen(); err != nil {
		return struct{}{}, err
	}
	fmt.Println(ready)
	return struct{}{}, s.loop()
}

type server struct {
	epoll     int
	listeners map[int32]bool
}

func (s *server) listen() error {
	for i := range Ports {
		fd, err := bound(unix.SOCK_STREAM|unix.SOCK_NONBLOCK, FirstPort+i)
		if err != nil {
			return err
		}
		if err := errors.Join(unix.Listen(fd, 4096), s.watch(fd)); err != nil {
			return err
		}
		s.listeners[int32(fd)] = true
	}
	return nil
}

// bound opens a socket for both families.
func bound(kind, port int) (int, error) {
	fd, err := unix.Socket(unix.AF_INET6, kind|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	_, sa := sockaddr(netip.IPv6Unspecified(), port)
	return fd, errors.Join(unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 0), unix.Bind(fd, sa))
}

func (s *server) watch(fd int) error {
	return unix.EpollCtl(s.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)})
}

func (s *server) loop() error {
	events := make([]unix.EpollEvent, 256)
	for {
		n, err := unix.EpollWait(s.epoll, events, -1)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return err
		}
		for _, e := range events[:max(n, 0)] {
			if s.listeners[e.Fd] {
				s.accept(int(e.Fd))
			} else {
				answer(int(e.Fd))
			}
		}
	}
}

func (s *server) accept(listener int) {
	for {
		fd, _, err := unix.Accept4(listener, unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK)
		if err != nil {
			return
		}
		if s.watch(fd) != nil {
			unix.Close(fd)
		}
	}
}

func answer(fd int) {
	var b [64]byte
	n, err := unix.Read(fd, b[:])
	switch {
	case n > 0:
		_, _ = unix.Write(fd, b[:n])
	case !errors.Is(err, unix.EAGAIN):
		unix.Close(fd)
	}
}
