package appliance

import (
	"testing"
	"time"

	"sallyport/state"
)

// Tables of any size are gone through in less than a minute.
func TestSweepGetsThroughAnyTable(t *testing.T) {
	for _, n := range []int{16, 262144, 1000000, 4000000, state.MaxSessions} {
		each := sweepSteps(n) * sweepStep
		took := time.Duration((n+each-1)/each) * sweepEvery
		if each == 0 || took > time.Minute {
			t.Errorf("%d sessions: %v", n, took)
		}
	}
}
