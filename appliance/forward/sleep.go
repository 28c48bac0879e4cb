package forward

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"sallyport/netstack"
	"sallyport/state"
)

// SetBusyPoll has Run look again for this long before it sleeps, when it finds
// nothing. It is called before Run.
func (w *Worker) SetBusyPoll(d time.Duration) { w.patience = state.Instant(d) }

// expectsMore reports whether it is too early to sleep, after a turn that found
// n packets. Where one came, another rarely waits already: to poll is to look as
// well, in one call for both devices.
func (w *Worker) expectsMore(n int) bool {
	return n > 1 || len(w.pieces.waiting) > 0 || w.clock()-w.found < w.patience
}

// wait blocks until a device has something, an answer is due or Stop was called,
// and says which devices have.
func (w *Worker) wait() (ready doors, err error) {
	fds := [3]unix.PollFd{
		{Fd: int32(w.links[netstack.Inside].FD()), Events: unix.POLLIN},
		{Fd: int32(w.links[netstack.Outside].FD()), Events: unix.POLLIN},
		{Fd: int32(w.wake), Events: unix.POLLIN},
	}
	for {
		_, err := unix.Poll(fds[:], w.untilLate())
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return ready, fmt.Errorf("poll: %w", err)
		}
		for side := range ready {
			ready[side] = fds[side].Revents != 0
		}
		return ready, gone(fds[netstack.Inside].Revents, fds[netstack.Outside].Revents)
	}
}

// gone returns an error if poll says of a device that it is no more.
func gone(revents ...int16) error {
	for side, r := range revents {
		if r&(unix.POLLNVAL|unix.POLLERR|unix.POLLHUP) != 0 {
			return fmt.Errorf("%v device: %w", netstack.Side(side), os.ErrClosed)
		}
	}
	return nil
}
