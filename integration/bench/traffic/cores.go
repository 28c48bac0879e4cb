package traffic

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"

	"golang.org/x/sys/unix"
)

// Cores are two that this process may run on, as far apart as there are.
type Cores struct{ First, Last int }

// OwnCores returns the first and the last core that this process may run on: an
// error if there is one alone, where nothing can be apart.
func OwnCores() (Cores, error) {
	var allowed unix.CPUSet
	if err := unix.SchedGetaffinity(0, &allowed); err != nil {
		return Cores{}, fmt.Errorf("sched_getaffinity: %w", err)
	}
	c := ends(&allowed)
	if c.First == c.Last {
		return c, errors.New("there is one core alone, which client and server would share")
	}
	return c, nil
}

// ends returns the lowest and the highest core of a set.
func ends(set *unix.CPUSet) (c Cores) {
	for core, left := 0, set.Count(); left > 0; core++ {
		if !set.IsSet(core) {
			continue
		}
		if left == set.Count() {
			c.First = core
		}
		c.Last, left = core, left-1
	}
	return c
}

// settle keeps the calling goroutine on a thread of its own and that on a core,
// and the collector off: so the thread may wait in a raw system call, which Go's
// scheduler does not know of and therefore adds nothing to.
func settle(core int) error {
	runtime.LockOSThread()
	debug.SetGCPercent(-1)
	var set unix.CPUSet
	set.Set(core)
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		return fmt.Errorf("sched_setaffinity to core %d: %w", core, err)
	}
	return nil
}
