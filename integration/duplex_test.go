package integration

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"sallyport/appliance/lab"
)

// duplex is a TCP connection on which both ends send without a pause, each what
// the other knows to expect.
type duplex struct {
	client, server net.Conn
	until          time.Time // nobody sends after it
	done           sync.WaitGroup
	mu             sync.Mutex
	errs           []error
}

// A chunk is sent at a time, at most one each pace: some megabytes a second.
const (
	chunk = 16 << 10
	pace  = 5 * time.Millisecond
)

// startDuplex connects two hosts, and lets both send for so long.
func startDuplex(t *testing.T, from, to *lab.Host, addr netip.Addr, port int, long time.Duration) *duplex {
	t.Helper()
	d := &duplex{until: time.Now().Add(long)}
	d.client, d.server = connected(t, from, to, addr, port)
	for _, c := range []net.Conn{d.client, d.server} {
		if err := c.SetDeadline(d.until.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	d.run("upload", d.client, d.server, 1)
	d.run("download", d.server, d.client, 2)
	return d
}

// run sends the bytes of a seed from one end, and compares them at the other.
func (d *duplex) run(name string, from, to net.Conn, seed byte) {
	d.done.Go(func() { d.note(name+", sending", d.send(from, bytesOf(seed))) })
	d.done.Go(func() { d.note(name+", receiving", compareAll(to, bytesOf(seed))) })
}

func bytesOf(seed byte) io.Reader { return rand.NewChaCha8([32]byte{seed}) }

func (d *duplex) send(to net.Conn, source io.Reader) error {
	buf := make([]byte, chunk)
	for time.Now().Before(d.until) {
		if _, err := source.Read(buf); err != nil {
			return err
		}
		if _, err := to.Write(buf); err != nil {
			return err
		}
		time.Sleep(pace)
	}
	return to.(*net.TCPConn).CloseWrite()
}

func compareAll(from net.Conn, want io.Reader) error {
	got, expected, total := make([]byte, chunk), make([]byte, chunk), 0
	for {
		n, err := io.ReadFull(from, got)
		switch {
		case err == io.EOF && total > 0:
			return nil
		case err != nil:
			return fmt.Errorf("after %d bytes: %w", total, err)
		}
		if _, err := want.Read(expected); err != nil || !bytes.Equal(got[:n], expected) {
			return fmt.Errorf("after %d bytes came others than were sent", total)
		}
		total += n
	}
}

func (d *duplex) note(what string, err error) {
	if err == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.errs = append(d.errs, fmt.Errorf("%s: %w", what, err))
}

// wait returns what went wrong until both ends have got everything.
func (d *duplex) wait() error {
	d.done.Wait()
	return errors.Join(d.errs...)
}

// peer is the address that the server sees.
func (d *duplex) peer() netip.AddrPort {
	p := netip.MustParseAddrPort(d.server.RemoteAddr().String())
	return netip.AddrPortFrom(p.Addr().Unmap(), p.Port())
}
