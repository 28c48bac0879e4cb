package nettest

import (
	"errors"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"sallyport/netstack"
)

func frames(n int) []*netstack.Frame {
	f := make([]*netstack.Frame, n)
	for i := range f {
		f[i] = netstack.NewFrame()
	}
	return f
}

// readable reports what poll says of the device, without waiting.
func readable(t *testing.T, l *Link) bool {
	t.Helper()
	n, err := unix.Poll([]unix.PollFd{{Fd: int32(l.FD()), Events: unix.POLLIN}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	return n == 1
}

func TestLinkReceive(t *testing.T) {
	l := NewLink(t)
	if readable(t, l) {
		t.Error("a device without packets polls readable")
	}
	p := UDP("10.1.0.5:1", "1.1.1.1:2", GSO(10), Payload(25))
	l.Inject(p, p, p)
	f := frames(2)
	for _, want := range []int{2, 1, 0} {
		if got := readable(t, l); got != (want > 0) {
			t.Errorf("readable is %v with %d packets to come", got, want)
		}
		if n, err := l.Receive(f); n != want || err != nil {
			t.Fatalf("received %d, %v; want %d", n, err, want)
		}
	}
	if got := Of(f[1]); string(got.Bytes) != string(p.Bytes) || got.Offload != p.Offload {
		t.Errorf("received %+v, want %+v", got, p)
	}
}

func TestLinkSend(t *testing.T) {
	l, f := NewLink(t), frames(3)
	for i, x := range f {
		TCP("10.1.0.5:1", "1.1.1.1:2", Seq(uint32(i))).Fill(x)
	}
	l.SetRoom(2)
	if refused, err := l.Send(f); refused != 1 || err != nil {
		t.Errorf("refused %d, %v; want 1 with room for 2 of 3", refused, err)
	}
	TCP("10.1.0.5:1", "1.1.1.1:2", Seq(99)).Fill(f[0])
	if sent := l.Sent(); len(sent) != 2 || sent[0].Bytes[27] != 0 {
		t.Errorf("%d packets were sent, or they lie in a borrowed frame: %v", len(sent), sent)
	}
	if refused, _ := l.Send(f); refused != 1 {
		t.Errorf("refused %d of 3 with room for 2 again", refused)
	}
}

func TestLinkGone(t *testing.T) {
	l, f := NewLink(t), frames(1)
	l.Inject(ICMPEcho("10.1.0.5", "1.1.1.1"))
	l.Close()
	if n, err := l.Receive(f); n != 1 || err != nil {
		t.Errorf("got %d, %v; want what arrived before the end", n, err)
	}
	if _, err := l.Receive(f); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Receive: %v", err)
	}
	if refused, err := l.Send(f); refused != 1 || !errors.Is(err, os.ErrClosed) {
		t.Errorf("Send: %d, %v", refused, err)
	}
	if !readable(t, l) {
		t.Error("a device that is gone does not wake its poller")
	}
}

// TestLinkWait has a worker echo what it receives, woken by the descriptor.
func TestLinkWait(t *testing.T) {
	l, done := NewLink(t), make(chan struct{})
	go func() {
		defer close(done)
		for f := frames(4); ; {
			unix.Poll([]unix.PollFd{{Fd: int32(l.FD()), Events: unix.POLLIN}}, -1)
			n, err := l.Receive(f)
			if err != nil {
				return
			}
			l.Send(f[:n])
		}
	}()
	for i := range 10 {
		l.Inject(UDP("10.1.0.5:1", "1.1.1.1:2", Payload(i)), UDP("10.1.0.5:1", "1.1.1.1:2"))
		if got := l.Wait(t, 2); len(got[0].Bytes) != 28+i {
			t.Fatalf("got %d bytes, want %d", len(got[0].Bytes), 28+i)
		}
	}
	l.Close()
	<-done
}
