package traffic

import (
	"errors"
	"net/netip"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// Question orders datagrams, each sent when the one before was answered.
type Question struct {
	To     netip.Addr
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
	runtime.LockOSThread()
	family, sa := sockaddr(o.To, EchoPort)
	fd, err := impatient(family, unix.SOCK_DGRAM, lostAfter)
	if err != nil {
		return seen, err
	}
	defer unix.Close(fd)
	if err := unix.Connect(fd, sa); err != nil {
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
	b := []byte{number}
	if _, err := unix.Write(fd, b); err != nil {
		return false
	}
	for {
		if n, err := unix.Read(fd, b); n != 1 || err != nil {
			return false
		}
		if b[0] == number {
			return true
		}
	}
}
