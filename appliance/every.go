package appliance

import (
	"context"
	"time"
)

// every does something at intervals until ctx is done. What takes longer than an
// interval is not done twice to make up for it.
func every(ctx context.Context, interval time.Duration, do func()) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			do()
		}
	}
}
