package integration

import (
	"errors"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"sallyport/appliance/lab"
	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// capture returns a socket that has all that arrives at a host from its link.
func capture(t *testing.T, h *lab.Host) int {
	t.Helper()
	var fd int
	err := h.Do(func() (err error) {
		fd, err = arrivals("eth0")
		return errors.Join(err, unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 8<<20))
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	return fd
}

// wantOnWire wants n datagrams to have arrived at fd, by themselves or in larger
// packets, and returns the size of the largest. Where they are finished, as on a
// wire, each has right checksums and, over IPv4, its sender's numbering.
func wantOnWire(t *testing.T, fd, n int, finished bool) (largest int) {
	t.Helper()
	b, id, seen := make([]byte, 65536), -1, 0
	for seen < n {
		size, _, err := unix.Recvfrom(fd, b, 0)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			t.Fatalf("%d of %d datagrams on the wire, then: %v", seen, n, os.NewSyscallError("recvfrom", err))
		}
		p := b[:size]
		headers := map[byte]int{4: 28, 6: 48}[p[0]>>4]
		if headers == 0 || headers > size || p[map[byte]int{4: 9, 6: 6}[p[0]>>4]] != 17 {
			continue
		}
		if finished {
			id = wantNumbered(t, p, id)
		}
		seen += (size - headers) / datagramSize
		largest = max(largest, size)
	}
	return largest
}

// wantNumbered wants a datagram to be well and to have the identification after
// id, if there was one before, and returns its own.
func wantNumbered(t *testing.T, p []byte, id int) int {
	t.Helper()
	if err := nettest.VerifySums(p, netstack.Offload{}); err != nil {
		t.Error(err)
	}
	if p[0]>>4 == 6 {
		return id
	}
	next := int(p[4])<<8 | int(p[5])
	if id >= 0 && next != (id+1)&0xffff {
		t.Errorf("identification %d follows %d", next, id)
	}
	return next
}
