package traffic

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// Teardown orders this many connections to be open at once, and then closed as
// fast as can be.
type Teardown struct {
	To          netip.Addr
	Connections int
}

// TornDown is how many were open, and how many a second had their FIN answered
// by the other end's.
type TornDown struct {
	Open      int
	PerSecond float64
}

func teardown(o Teardown) (TornDown, error) {
	open, err := o.open()
	if err != nil {
		return TornDown{}, err
	}
	var closed atomic.Int64
	start := time.Now()
	onThreads(func(i int) { closed.Add(int64(closeAll(open[i]))) })
	return TornDown{o.Connections, float64(closed.Load()) / time.Since(start).Seconds()}, nil
}

func (o Teardown) open() (open [Ports][]int, err error) {
	var mu sync.Mutex
	onThreads(func(i int) {
		for range o.Connections / Ports {
			fd, e := dial(o.To, FirstPort+i, 3*time.Second)
			if e != nil {
				mu.Lock()
				defer mu.Unlock()
				err = e
				return
			}
			open[i] = append(open[i], fd)
		}
	})
	return open, err
}

// closeAll returns how many of the connections were closed by both ends.
func closeAll(open []int) (both int) {
	for _, fd := range open {
		_ = unix.Shutdown(fd, unix.SHUT_WR)
	}
	for _, fd := range open {
		if n, err := unix.Read(fd, make([]byte, 1)); n == 0 && err == nil {
			both++
		}
		unix.Close(fd)
	}
	return both
}
