package state

import (
	"fmt"
	"sync"
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// Two workers forward, while a third party lists, kills, sweeps and fetches.
// What each worker sees of its own sessions must stay true.
func TestWorkersAndListings(t *testing.T) {
	r := logged(newRig(t, Limits{MaxSessions: 64}))
	r.many = true
	var workers, control sync.WaitGroup
	done := make(chan struct{})
	for w := range 2 {
		packets := make([]*netstack.Packet, 50)
		for i := range packets {
			packets[i] = nettest.UDP(fmt.Sprintf("10.1.%d.%d:9", w, i+1), "1.1.1.1:53").Parse(t, inside)
		}
		workers.Go(func() {
			for i := range 5000 {
				p := packets[i%len(packets)]
				m, reason := r.handle(p)
				if reason != netstack.StateLimit && (m.Session == 0 || m.Leave != p.Flow) {
					t.Errorf("%v: %+v, %v", p.Flow, m, reason)
				}
			}
		})
	}
	control.Go(func() { r.meddle(done) })
	workers.Wait()
	close(done)
	control.Wait()
	checkInvariants(t, r.Table)
}

// meddle does what a control goroutine may, until done.
func (r *rig) meddle(done chan struct{}) {
	ended := make([]Ended, 10)
	for {
		select {
		case <-done:
			return
		default:
		}
		var ids []uint64
		r.Sessions(r.now, 0, 1000, func(v View) { ids = append(ids, v.ID) })
		for i, id := range ids {
			if i%3 == 0 {
				r.Kill(id)
			}
		}
		r.Sweep(r.now, 10)
		r.Ended(ended)
		r.Stats()
		r.SetTimeouts(DefaultTimeouts())
	}
}
