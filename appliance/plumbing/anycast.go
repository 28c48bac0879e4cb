package plumbing

import (
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sys/unix"
)

// anycast answers neighbour discovery for addresses. The kernel would do that for
// IPv6 proxy entries only on devices that are routers, and by sysctl; for anycast
// addresses it does it anywhere, until the sockets that ask for them are closed,
// if only by the end of the process.
type anycast map[proxy]int

// apply makes the addresses that are answered for exactly want.
func (m anycast) apply(want []proxy) error {
	var errs []error
	for x, socket := range m {
		if !slices.Contains(want, x) {
			errs = append(errs, unix.Close(socket))
			delete(m, x)
		}
	}
	for _, x := range want {
		if _, known := m[x]; !known {
			errs = append(errs, m.join(x))
		}
	}
	return errors.Join(errs...)
}

// join takes a socket for each address: one may have few.
func (m anycast) join(x proxy) error {
	socket, err := unix.Socket(unix.AF_INET6, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("socket to answer for %v: %w", x.address, err)
	}
	mreq := &unix.IPv6Mreq{Multiaddr: x.address.As16(), Interface: uint32(x.index)}
	if err := unix.SetsockoptIPv6Mreq(socket, unix.IPPROTO_IPV6, unix.IPV6_JOIN_ANYCAST, mreq); err != nil {
		return errors.Join(attempt(fmt.Sprintf("answer for %v on %s", x.address, linkName(x.index)), err), unix.Close(socket))
	}
	m[x] = socket
	return nil
}
