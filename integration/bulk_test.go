package integration

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"sallyport/appliance/lab"
)

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
	b := &bulkTransfer{over: make(chan struct{})}
	b.from, b.to = connected(t, from, to, addr, port)
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
