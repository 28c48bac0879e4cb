package counts

import (
	"testing"

	"sallyport/appliance/lab"
)

// TestCalls counts the read and write calls of the process for packets that come
// alone, each when the one before has been answered, and for packets that wait
// together because the process was stopped: as few as there can be.
func TestCalls(t *testing.T) {
	need(t, true)
	l, err := lab.New(lab.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	f := start(t, l)
	conn := f.conversation(t, l)
	conn.exchange(t, 1) // the flow is begun
	t.Run("lone", func(t *testing.T) {
		const n = 300
		f.within(t, "a lone packet", 2*n, func() { conn.exchange(t, n) })
	})
	t.Run("burst", func(t *testing.T) {
		const bursts, burst = 10, 40
		f.within(t, "a packet of a burst", bursts*burst, func() {
			for range bursts {
				conn.burst(t, f, burst)
			}
		})
	})
}
