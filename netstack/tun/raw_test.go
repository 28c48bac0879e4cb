package tun

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"sallyport/netstack"
)

// A batch ends when it is as much as stays in the cache, and the next goes on
// from there. The device is a file here: each read of it fills a frame.
func TestBatchIsBounded(t *testing.T) {
	const header, whole = 1, 12
	name := filepath.Join(t.TempDir(), "device")
	for i := range whole {
		appendTo(t, name, append(make([]byte, header+netstack.MaxPacket-1), byte(i)))
	}
	file := must(os.Open(name))(t)
	defer file.Close()
	l := must(newRawLink(file, form{header: header, decode: func(*netstack.Frame) {}}))(t)
	frames, next := netstack.NewFrames(whole), 0
	for _, want := range []int{4, 4, 4} {
		n, err := l.Receive(frames)
		if n != want || err != nil {
			t.Fatalf("%d packets, %v; want %d", n, err, want)
		}
		for _, f := range frames[:n] {
			if b := f.Bytes(); len(b) != netstack.MaxPacket || b[len(b)-1] != byte(next) {
				t.Errorf("packet %d is another", next)
			}
			next++
		}
	}
	if n, err := l.Receive(frames); n != 0 || !errors.Is(err, os.ErrClosed) {
		t.Errorf("at the end: %d, %v", n, err)
	}
}

func appendTo(t *testing.T, name string, b []byte) {
	t.Helper()
	f := must(os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600))(t)
	must(f.Write(b))(t)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
