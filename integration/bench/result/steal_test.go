package result

import "testing"

func TestStealIsAPartOfAllTime(t *testing.T) {
	const stat = "cpu  100 20 30 400 10 0 40 50 7 3\ncpu0 1 2 3 4 5 6 7 8 9 10\n"
	before := coreTime(stat)
	if before != (CoreTime{all: 650, steal: 50}) {
		t.Errorf("%+v", before)
	}
	// 100 more idle, 50 more user, 50 more stolen; the guests' are in user already.
	if got := coreTime("cpu  150 20 30 500 10 0 40 100 57 3\n").Stolen(before); got != "25.0" {
		t.Errorf("stolen: %q", got)
	}
	for _, broken := range []string{"", "intr 1 2 3 4 5 6 7 8 9\n", "cpu 1 2 3\n", "cpu 1 2 3 4 5 6 7 x\n"} {
		if got := coreTime(broken); got != (CoreTime{}) {
			t.Errorf("%q: %+v", broken, got)
		}
	}
	if got := before.Stolen(CoreTime{}) + before.Stolen(before); got != "" {
		t.Errorf("stolen since nothing: %q", got)
	}
}
