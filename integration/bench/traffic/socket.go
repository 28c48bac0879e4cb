package traffic

import (
	"net/netip"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// sockaddr is where to connect or to listen, in the form of the system calls.
func sockaddr(a netip.Addr, port int) (family int, sa unix.Sockaddr) {
	if a.Is4() {
		return unix.AF_INET, &unix.SockaddrInet4{Port: port, Addr: a.As4()}
	}
	return unix.AF_INET6, &unix.SockaddrInet6{Port: port, Addr: a.As16()}
}

// impatient opens a socket whose calls, connect among them, end after a while.
func impatient(family, kind int, limit time.Duration) (int, error) {
	fd, err := unix.Socket(family, kind|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	tv := unix.NsecToTimeval(limit.Nanoseconds())
	for _, option := range []int{unix.SO_RCVTIMEO, unix.SO_SNDTIMEO} {
		if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, option, &tv); err != nil {
			unix.Close(fd)
			return -1, err
		}
	}
	return fd, nil
}

// dial connects to a server and exchanges a byte with it. The socket is open
// only if there is no error.
func dial(a netip.Addr, port int, limit time.Duration) (int, error) {
	family, sa := sockaddr(a, port)
	fd, err := impatient(family, unix.SOCK_STREAM, limit)
	if err != nil {
		return -1, err
	}
	if err = unix.Connect(fd, sa); err == nil {
		err = exchange(fd)
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

func exchange(fd int) error {
	b := []byte{1}
	if _, err := unix.Write(fd, b); err != nil {
		return err
	}
	n, err := unix.Read(fd, b)
	if err == nil && n == 0 {
		err = unix.ECONNRESET
	}
	return err
}

// Percentiles are of durations, in microseconds.
type Percentiles struct{ P50, P99, P999 float64 }

// percentiles sorts what it is given.
func percentiles(d []time.Duration) Percentiles {
	if len(d) == 0 {
		return Percentiles{}
	}
	slices.Sort(d)
	at := func(share float64) float64 {
		return float64(d[min(len(d)-1, int(share*float64(len(d))))].Nanoseconds()) / 1e3
	}
	return Percentiles{at(0.5), at(0.99), at(0.999)}
}
