package integration

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"sallyport/appliance/lab"
)

// visits are short connections, some at a time.
type visits struct {
	done   sync.WaitGroup
	mu     sync.Mutex
	failed []error
}

// visitors is how many make connections at once.
const visitors = 4

// visit has connections made that send a line and want it back.
func visit(t *testing.T, from, to *lab.Host, port, n int) *visits {
	t.Helper()
	listener, v := listen(t, to, port), new(visits)
	go echo(listener)
	at := netip.AddrPortFrom(to.IPv4(), uint16(port)).String()
	for range visitors {
		v.done.Go(func() {
			v.note(from.Do(func() error {
				for i := range n / visitors {
					v.note(once(at, fmt.Sprintf("visit %d\n", i)))
				}
				return nil
			}))
		})
	}
	return v
}

// echo sends what comes back, and closes first: so the port that waits is its own.
func echo(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			buf := make([]byte, 100)
			if n, err := c.Read(buf); err == nil {
				_, _ = c.Write(buf[:n])
			}
		}()
	}
}

func once(at, line string) error {
	c, err := net.DialTimeout("tcp", at, patience)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := c.Write([]byte(line)); err != nil {
		return err
	}
	got, err := io.ReadAll(c)
	if err == nil && string(got) != line {
		err = fmt.Errorf("sent %q, got %q", line, got)
	}
	return err
}

func (v *visits) note(err error) {
	if err != nil {
		v.mu.Lock()
		v.failed = append(v.failed, err)
		v.mu.Unlock()
	}
}

func (v *visits) wait(t *testing.T) {
	t.Helper()
	v.done.Wait()
	if len(v.failed) > 0 {
		t.Errorf("%d connections failed, the first: %v", len(v.failed), v.failed[0])
	}
}
