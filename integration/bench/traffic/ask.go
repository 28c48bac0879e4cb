package traffic

import (
	"errors"
	"net/netip"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Question orders datagrams from a core, each sent when the one before was
// answered.
type Question struct {
	To     netip.Addr
	Core   int
	Length time.Duration
}

// Answered is how long the answers took, and how many never came.
type Answered struct {
	RoundTrip      Percentiles
	Answered, Lost int
}

// lostAfter is when an answer is waited for no more.
const lostAfter = 200 * time.Millisecond

func ask(o Question) (seen Answered, err error) {
	family, sa := sockaddr(o.To, EchoPort)
	fd, err := impatient(family, unix.SOCK_DGRAM, lostAfter)
	if err != nil {
		return seen, err
	}
	defer unix.Close(fd)
	if err := unix.Connect(fd, sa); err != nil {
		return seen, err
	}
	if err := settle(o.Core); err != nil {
		return seen, err
	}
	var took []time.Duration
	for start := time.Now(); time.Since(start) < o.Length; {
		begun := time.Now()
		if !question(fd, byte(seen.Lost)) {
			seen.Lost++
			continue
		}
		took = append(took, time.Since(begun))
	}
	if len(took) == 0 {
		return seen, errors.New("no answer came")
	}
	seen.Answered, seen.RoundTrip = len(took), percentiles(took)
	return seen, nil
}

// question sends a datagram and waits for its answer: with another number it is
// that of an earlier one, given up as lost.
func question(fd int, number byte) bool {
	b := [1]byte{number}
	if raw(unix.SYS_WRITE, fd, &b) != 1 {
		return false
	}
	for {
		if raw(unix.SYS_READ, fd, &b) != 1 {
			return false
		}
		if b[0] == number {
			return true
		}
	}
}

// raw returns how many bytes were read or written, none after an error.
func raw(call uintptr, fd int, b *[1]byte) int {
	n, _, errno := unix.RawSyscall(call, uintptr(fd), uintptr(unsafe.Pointer(b)), 1)
	if errno != 0 {
		return 0
	}
	return int(n)
}
