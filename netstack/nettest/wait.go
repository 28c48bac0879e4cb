package nettest

import (
	"testing"
	"time"
)

// patience is how long Wait waits before it takes the packets for lost.
const patience = 10 * time.Second

// Sent returns, and takes from the device, what was sent since the last call.
func (l *Link) Sent() []Packet {
	l.mu.Lock()
	defer l.mu.Unlock()
	sent := l.sent
	l.sent = nil
	return sent
}

// Wait returns, and takes from the device, the next n packets that are sent; it
// fails the test if they do not come.
func (l *Link) Wait(t testing.TB, n int) []Packet {
	t.Helper()
	lost := time.NewTimer(patience)
	defer lost.Stop()
	for {
		if p, ok := l.take(n); ok {
			return p
		}
		select {
		case <-l.grown:
		case <-lost.C:
			t.Fatalf("nettest: %d packets sent, want %d", len(l.Sent()), n)
		}
	}
}

// take takes n packets, if so many were sent.
func (l *Link) take(n int) ([]Packet, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.sent) < n {
		return nil, false
	}
	p := l.sent[:n:n]
	l.sent = l.sent[n:]
	return p, true
}
