package forward

import (
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/state"
)

// sleepless is a link that counts how often the worker looks, and stops it when
// it asks for something to sleep on.
type sleepless struct {
	*nettest.Link
	worker *Worker
	looks  int
}

func (l *sleepless) Receive(f []*netstack.Frame) (int, error) {
	l.looks++
	return l.Link.Receive(f)
}

func (l *sleepless) FD() int {
	l.worker.Stop()
	return l.Link.FD()
}

// A worker looks for as long as it was told to before it sleeps, counted from
// the last packet; if it was told nothing, it sleeps after
// nothing or a lone packet.
func TestBusyPoll(t *testing.T) {
	for _, c := range []struct {
		busy    time.Duration
		packets int
		looks   int // each takes a microsecond
	}{{0, 0, 1}, {0, 1, 1}, {0, 2, 2}, {20 * time.Microsecond, 0, 20}, {20 * time.Microsecond, 1, 21}} {
		l := newLoop(t, newRig(t, outward()).engine, 0)
		link := &sleepless{Link: l.links[in], worker: l.worker}
		l.worker.links[in] = link
		l.worker.clock = func() state.Instant { return state.Instant(link.looks) * state.Instant(time.Microsecond) }
		l.worker.SetBusyPoll(c.busy)
		for range c.packets {
			link.Inject(nettest.UDP(client6, server6))
		}
		if err := l.worker.Run(); err != nil || link.looks != c.looks {
			t.Errorf("%v, %d packets: slept after %d looks, %v; want %d", c.busy, c.packets, link.looks, err, c.looks)
		}
		if err := l.worker.Close(); err != nil {
			t.Error(err)
		}
	}
}
