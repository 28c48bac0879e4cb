package integration

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/appliance/control"
	"sallyport/appliance/lab"
)

// amount is how much of something a test does: fewer under the race detector, and
// as many as the environment says.
func amount(t *testing.T, variable string, usual, raced int) int {
	t.Helper()
	if text := os.Getenv(variable); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if os.Getenv("SALLYPORT_RACE") != "" {
		return raced
	}
	return usual
}

// TestReloadsUnderTraffic changes the rules time and again while transfers run
// both ways, as fast as it goes, and ten thousand connections are made. Both
// policies let all of it pass, each by rules of its own: no connection fails, no
// byte is lost or changed, and the firewall has refused no packet.
// SALLYPORT_RELOADS and SALLYPORT_CONNECTIONS say how many.
func TestReloadsUnderTraffic(t *testing.T) {
	need(t)
	reloads, connections := amount(t, "SALLYPORT_RELOADS", 1000, 100), amount(t, "SALLYPORT_CONNECTIONS", 10000, 1000)
	l := newLab(t, lab.Config{})
	config := open("auto")
	w := startEdited(t, l, config)
	bulk := startBulk(t, l.Inside, l.Outside, l.Outside.IPv4(), 7100)
	bulk6 := startBulk(t, l.Outside, l.Inside, l.Inside.IPv6(), 80)
	visits := visit(t, l.Inside, l.Outside, 7200, connections)

	other := closing + strings.NewReplacer(`name    = "out"`, `name    = "away"`, `name    = "in"`, `name    = "inward"`).Replace(config)
	client, began := control.NewClient(w.socket), time.Now()
	longest := time.Duration(0)
	for i := range reloads {
		w.write([]string{other, config}[i%2])
		at := time.Now()
		if _, err := client.Reload(t.Context(), control.Consent{}); err != nil {
			t.Fatal(err)
		}
		longest = max(longest, time.Since(at))
	}
	each := time.Since(began) / time.Duration(reloads)
	visits.wait(t)
	spent := time.Since(began)
	for name, b := range map[string]*bulkTransfer{"IPv4 outward": bulk, "IPv6 inward": bulk6} {
		n, err := b.stop()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		t.Logf("%s: %.2f Gbit/s", name, float64(8*n)/spent.Seconds()/1e9)
	}
	t.Logf("%d reloads, %v each, %v at most; %d connections", reloads, each, longest, connections)
	if g := w.generation(); g != uint32(1+reloads) {
		t.Errorf("generation %d after %d reloads", g, reloads)
	}
	wantNothingRefused(t, w.firewall)
}

// wantNothingRefused wants no packet to have been refused for a reason that a
// change of the policy could give. The queue to a busy kernel may have been full.
func wantNothingRefused(t *testing.T, w *firewall) {
	t.Helper()
	inside, outside := w.stats()
	for side, stats := range map[string]map[string]uint64{"inside": inside, "outside": outside} {
		for reason, n := range stats {
			if reason != "passed" && reason != "queue-full" && n > 0 {
				t.Errorf("%d packets from %s were refused: %s", n, side, reason)
			}
		}
	}
}

// bulkTransfer sends bytes that its receiver compares, as fast as it goes.
type bulkTransfer struct {
	from, to net.Conn
	over     chan struct{}
	done     sync.WaitGroup
	received int64
	errs     [2]error
}

// bulkBlock is what is sent time and again.
var bulkBlock = func() []byte {
	b := make([]byte, 1<<20)
	for i := range b {
		b[i] = byte(i * 7 >> (i % 5))
	}
	return b
}()

func startBulk(t *testing.T, from, to *lab.Host, addr netip.Addr, port int) *bulkTransfer {
	t.Helper()
	listener := listen(t, to, port)
	b := &bulkTransfer{over: make(chan struct{})}
	err := from.Do(func() (err error) {
		b.from, err = net.DialTimeout("tcp", netip.AddrPortFrom(addr, uint16(port)).String(), patience)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if b.to, err = listener.Accept(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []net.Conn{b.from, b.to} {
		t.Cleanup(func() { _ = c.Close() })
	}
	b.done.Go(func() { b.errs[0] = b.send() })
	b.done.Go(func() { b.errs[1] = b.compare() })
	return b
}

func (b *bulkTransfer) send() error {
	for {
		select {
		case <-b.over:
			return b.from.(*net.TCPConn).CloseWrite()
		default:
		}
		if err := b.from.SetWriteDeadline(time.Now().Add(patience)); err != nil {
			return err
		}
		if _, err := b.from.Write(bulkBlock); err != nil {
			return fmt.Errorf("sending: %w", err)
		}
	}
}

func (b *bulkTransfer) compare() error {
	got := make([]byte, len(bulkBlock))
	for {
		n, err := io.ReadFull(b.to, got)
		b.received += int64(n)
		switch {
		case err == io.EOF && n == 0:
			return nil
		case err != nil:
			return fmt.Errorf("receiving: %w", err)
		case !bytes.Equal(got, bulkBlock):
			return errors.New("other bytes arrived than were sent")
		}
	}
}

// stop ends the transfer, and returns how many bytes have arrived.
func (b *bulkTransfer) stop() (int64, error) {
	close(b.over)
	b.done.Wait()
	return b.received, errors.Join(b.errs[0], b.errs[1])
}

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
