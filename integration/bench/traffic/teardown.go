package traffic

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// Teardown orders this many connections to be open at once, and then closed as
// fast as can be, and the same again so many times.
type Teardown struct {
	To                 netip.Addr
	Connections, Times int
}

// TornDown is how many had their FIN answered by the other end's, and how many a
// second of the time that the closing took.
type TornDown struct {
	Closed    int
	PerSecond float64
}

func teardown(o Teardown) (seen TornDown, err error) {
	var took time.Duration
	for range o.Times {
		open, err := o.open()
		if err != nil {
			return seen, err
		}
		start := time.Now()
		seen.Closed += closed(open)
		took += time.Since(start)
	}
	seen.PerSecond = float64(seen.Closed) / took.Seconds()
	return seen, nil
}

func closed(open [Ports][]int) int {
	var both atomic.Int64
	onThreads(func(i int) { both.Add(int64(closeAll(open[i]))) })
	return int(both.Load())
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
