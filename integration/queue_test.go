package integration

import (
	"net"
	"testing"
	"time"

	"sallyport/appliance/lab"
)

// TestFullQueueIsCounted: what the kernel drops because the firewall did not come
// to take it is a packet with a reason as any other, and none is missing.
func TestFullQueueIsCounted(t *testing.T) {
	need(t)
	const sent = 1000
	l := newLab(t, lab.Config{})
	f := startFirewall(t, l, "[tun]\nqueues = 1\nqueue_length = 64\n"+plainConfig)
	f.paused(t, func() {
		var conn net.Conn
		if err := l.Inside.Do(func() (err error) {
			conn, err = net.Dial("udp", net.JoinHostPort(l.Outside.IPv4().String(), "9"))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		for range sent {
			_, _ = conn.Write([]byte("x")) // the far end's refusal may be told here
		}
	})
	deadline := time.Now().Add(patience)
	for {
		inside, _ := f.stats()
		if lost := inside["queue-full"]; lost > 0 && inside["passed"]+lost == sent {
			return
		} else if time.Now().After(deadline) {
			t.Fatalf("%d passed and %d found the queue full, of %d", inside["passed"], lost, sent)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
