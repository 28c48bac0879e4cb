package nettest

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"sallyport/netstack"
)

// Link is a device in memory: the firewall holds one end through
// netstack.Link, the test the other through Inject, Sent and Wait. Both ends may
// be used at the same time, each by one goroutine.
type Link struct {
	event   int           // eventfd, readable as long as Receive has something to say
	grown   chan struct{} // holds one token after Send took a packet
	mu      sync.Mutex
	waiting []Packet // for Receive
	sent    []Packet // by Send, not yet fetched by the test
	room    int      // how many sent packets fit
	takes   netstack.Offloads
	failure error
}

var _ netstack.Offloader = (*Link)(nil)

// NewLink returns a device with room for any number of packets. It is closed
// for good when the test ends.
func NewLink(t testing.TB) *Link {
	t.Helper()
	event, err := unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	if err != nil {
		t.Fatalf("nettest: eventfd: %v", err)
	}
	l := &Link{event: event, grown: make(chan struct{}, 1), room: math.MaxInt}
	t.Cleanup(func() {
		l.Close()
		unix.Close(event)
	})
	return l
}

// Inject makes packets arrive.
func (l *Link) Inject(packets ...Packet) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = append(l.waiting, packets...)
	l.signal()
}

// SetRoom says how many sent packets the device holds until the test fetches
// them; what is beyond is refused.
func (l *Link) SetRoom(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.room = n
}

// SetOffloads says which super-packets the device takes; none unless told.
func (l *Link) SetOffloads(o netstack.Offloads) { l.takes = o }

// Offloads implements netstack.Offloader.
func (l *Link) Offloads() netstack.Offloads { return l.takes }

// Fail breaks the device: Send, and Receive once it is empty, return err.
func (l *Link) Fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failure = err
	l.signal()
}

// Close takes the device away, as a deleted interface: see netstack.Link.
func (l *Link) Close() { l.Fail(os.ErrClosed) }

// signal makes the descriptor readable just as long as there is a reason to
// read. l.mu is held.
func (l *Link) signal() {
	var b [8]byte
	if len(l.waiting) == 0 && l.failure == nil {
		unix.Read(l.event, b[:])
		return
	}
	binary.NativeEndian.PutUint64(b[:], 1)
	if _, err := unix.Write(l.event, b[:]); err != nil && err != unix.EAGAIN {
		panic(fmt.Sprintf("nettest: eventfd: %v", err))
	}
}

// Receive implements netstack.Link.
func (l *Link) Receive(frames []*netstack.Frame) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 {
		return 0, l.failure
	}
	n := min(len(frames), len(l.waiting))
	for i, p := range l.waiting[:n] {
		p.Fill(frames[i])
	}
	l.waiting = l.waiting[n:]
	l.signal()
	return n, nil
}

// Send implements netstack.Link.
func (l *Link) Send(frames []*netstack.Frame) (refused int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failure != nil {
		return netstack.Segments(frames), l.failure
	}
	n := min(len(frames), max(0, l.room-len(l.sent)))
	for _, f := range frames[:n] {
		l.sent = append(l.sent, Of(f))
	}
	select {
	case l.grown <- struct{}{}:
	default:
	}
	return netstack.Segments(frames[n:]), nil
}

// FD implements netstack.Link.
func (l *Link) FD() int { return l.event }
