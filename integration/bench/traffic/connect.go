package traffic

import (
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// Connect orders connections, one after another on each of Ports threads: a
// handshake, a byte each way, and the close.
type Connect struct {
	To     netip.Addr
	Length time.Duration
}

// Connected is what became of them.
type Connected struct {
	Connections, Failed int
	Seconds             float64
	SetUp               Percentiles
}

// PerSecond is how many connections were completed in a second.
func (c Connected) PerSecond() float64 { return float64(c.Connections) / c.Seconds }

func connect(o Connect) (seen Connected, err error) {
	start := time.Now()
	var mu sync.Mutex
	var all []time.Duration
	onThreads(func(i int) {
		took, failed := o.onPort(FirstPort+i, start)
		mu.Lock()
		defer mu.Unlock()
		all, seen.Failed = append(all, took...), seen.Failed+failed
	})
	seen.Seconds, seen.Connections, seen.SetUp = time.Since(start).Seconds(), len(all), percentiles(all)
	if len(all) == 0 {
		err = fmt.Errorf("none of %d connections was made", seen.Failed)
	}
	return seen, err
}

// onPort returns how long each connection took to be made.
func (o Connect) onPort(port int, start time.Time) (took []time.Duration, failed int) {
	for time.Since(start) < o.Length {
		begun := time.Now()
		fd, err := dial(o.To, port, time.Second)
		if err != nil {
			failed++
			continue
		}
		took = append(took, time.Since(begun))
		unix.Close(fd)
	}
	return took, failed
}

// onThreads runs f for each port on a thread of its own.
func onThreads(f func(i int)) {
	var all sync.WaitGroup
	for i := range Ports {
		all.Go(func() {
			runtime.LockOSThread()
			f(i)
		})
	}
	all.Wait()
}

// Attempt orders connections at a steady rate, however many of them succeed.
type Attempt struct {
	To     netip.Addr
	Port   int
	Rate   int // a second
	Length time.Duration
}

// Attempted says how many of them were made within a second each, as only those
// are that lose no packet of the handshake.
type Attempted struct{ Offered, InTime int }

// Share is the part that was made in time.
func (a Attempted) Share() float64 { return float64(a.InTime) / float64(max(1, a.Offered)) }

func attempt(o Attempt) (Attempted, error) {
	var all sync.WaitGroup
	var inTime atomic.Int64
	to := netip.AddrPortFrom(o.To, uint16(o.Port)).String()
	offered, start := int(o.Length.Seconds()*float64(o.Rate)), time.Now()
	for i := range offered {
		time.Sleep(time.Until(start.Add(time.Duration(i) * time.Second / time.Duration(o.Rate))))
		all.Go(func() {
			if once(to) == nil {
				inTime.Add(1)
			}
		})
	}
	all.Wait()
	return Attempted{offered, int(inTime.Load())}, nil
}

func once(to string) error {
	deadline := time.Now().Add(time.Second)
	d := net.Dialer{Deadline: deadline}
	c, err := d.Dial("tcp", to)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.SetDeadline(deadline); err != nil {
		return err
	}
	b := []byte{1}
	if _, err := c.Write(b); err != nil {
		return err
	}
	_, err = c.Read(b)
	return err
}
