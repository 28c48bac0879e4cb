package appliance

import (
	"runtime"

	"sallyport/appliance/forward"
	"sallyport/netstack"
)

// startWorkers starts a worker for each pair of queues. Go gets a processor more
// than there are workers: while none is idle, its monitor looks every 20 us
// whether it should take one from a worker that sleeps in poll, which is
// thousands of wake-ups a second.
func (a *Appliance) startWorkers() error {
	queues := min(a.devices[netstack.Inside].Queues(), a.devices[netstack.Outside].Queues())
	runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), queues+1))
	for i := range queues {
		links := [netstack.Sides]netstack.Link{a.devices[netstack.Inside].Queue(i), a.devices[netstack.Outside].Queue(i)}
		w, err := forward.NewWorker(a.engine, links, a.now, a.reports)
		if err != nil {
			return err
		}
		w.SetBusyPoll(a.settings().TUN.BusyPoll)
		a.startWorker(w)
	}
	return nil
}

func (a *Appliance) startWorker(w *forward.Worker) {
	a.mu.Lock()
	a.workers = append(a.workers, w)
	a.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := w.Run(); err != nil {
			a.fail(err)
		}
	}()
	a.onStop(func() error {
		w.Stop()
		<-ended
		return w.Close()
	})
}
